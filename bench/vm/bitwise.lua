-- Bitwise operators on 64-bit integers: a xorshift generator and a checksum.
local state, hash = 88172645463325252, 0xcbf29ce484222325
for i = 1, 500000 do
  state = state ~ (state << 13)
  state = state ~ (state >> 7)
  state = state ~ (state << 17)
  hash = (hash ~ (state & 0xff)) * 0x100000001b3
  hash = hash | (i & 1)
end
return state ~ hash
