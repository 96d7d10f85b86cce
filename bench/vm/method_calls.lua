-- Method calls through a metatable's __index.
local Account = {}
Account.__index = Account

function Account.new(balance)
  return setmetatable({ balance = balance, moves = 0 }, Account)
end

function Account:deposit(amount)
  self.balance = self.balance + amount
  self.moves = self.moves + 1
end

function Account:withdraw(amount)
  if amount > self.balance then
    return false
  end
  self.balance = self.balance - amount
  self.moves = self.moves + 1
  return true
end

local account, refused = Account.new(100), 0
for i = 1, 600000 do
  account:deposit(i % 7)
  if not account:withdraw(i % 11) then
    refused = refused + 1
  end
end
return account.balance * 1000000 + refused + account.moves
