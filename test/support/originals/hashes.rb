# Hashes passwords with bcrypt-ruby, at its lowest cost: JSON of passwords in, JSON of hashes out.

require 'bcrypt'
require 'json'

def hashed(password)
  BCrypt::Password.create(password, cost: 4).to_s
rescue ArgumentError
  # The library takes no password like this one.
  nil
end

passwords = JSON.parse($stdin.read)
puts JSON.generate(passwords.map { |password| { origin: 'bcrypt-ruby', password: password, hash: hashed(password) } })
