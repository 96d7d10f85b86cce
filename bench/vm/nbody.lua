-- Planets under gravity: float fields of a few records.
local function body(x, y, z, vx, vy, vz, mass)
  return { x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, mass = mass }
end
local bodies = {
  body(0, 0, 0, 0, 0, 0, 39.4784),
  body(4.84, -1.16, -0.10, 0.606, 2.81, -0.02, 0.0377),
  body(8.34, 4.12, -0.40, -1.01, 1.82, 0.008, 0.0113),
  body(12.9, -15.1, -0.22, 1.08, 0.87, -0.01, 0.0017),
  body(15.4, -25.9, 0.18, 0.98, 0.59, -0.03, 0.0020),
}
local function advance(dt)
  for i = 1, #bodies do
    local a = bodies[i]
    for j = i + 1, #bodies do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      local square = dx * dx + dy * dy + dz * dz
      local pull = dt / (square * square ^ 0.5)
      a.vx = a.vx - dx * b.mass * pull
      a.vy = a.vy - dy * b.mass * pull
      a.vz = a.vz - dz * b.mass * pull
      b.vx = b.vx + dx * a.mass * pull
      b.vy = b.vy + dy * a.mass * pull
      b.vz = b.vz + dz * a.mass * pull
    end
  end
  for i = 1, #bodies do
    local a = bodies[i]
    a.x = a.x + dt * a.vx
    a.y = a.y + dt * a.vy
    a.z = a.z + dt * a.vz
  end
end
for _ = 1, 10000 do
  advance(0.001)
end
return math.floor((bodies[2].x + bodies[3].y + bodies[4].z) * 100000000)
