"""Hashes passwords with the libraries of Python, at their lowest costs: JSON of passwords in, JSON of hashes out."""

import json
import sys

import argon2
from django.conf import settings

settings.configure()

from django.contrib.auth import hashers
from passlib import hash as passlib
from werkzeug.security import generate_password_hash


class Pbkdf2(hashers.PBKDF2PasswordHasher):
    iterations = 1000


class Pbkdf2Sha1(hashers.PBKDF2SHA1PasswordHasher):
    iterations = 1000


class BcryptSha256(hashers.BCryptSHA256PasswordHasher):
    rounds = 4


class Bcrypt(hashers.BCryptPasswordHasher):
    rounds = 4


class Argon2(hashers.Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 64
    parallelism = 2


def with_django(hasher):
    return lambda password: hasher.encode(password, hasher.salt())


def with_argon2(kind):
    return argon2.PasswordHasher(time_cost=2, memory_cost=64, parallelism=4, type=kind).hash


origins = {
    "passlib pbkdf2_sha1": passlib.pbkdf2_sha1.using(rounds=1000).hash,
    "passlib pbkdf2_sha256": passlib.pbkdf2_sha256.using(rounds=1000).hash,
    "passlib pbkdf2_sha512": passlib.pbkdf2_sha512.using(rounds=1000, salt_size=20).hash,
    "passlib bcrypt 2a": passlib.bcrypt.using(rounds=4, ident="2a").hash,
    "passlib bcrypt 2b": passlib.bcrypt.using(rounds=4).hash,
    "passlib scrypt": passlib.scrypt.using(rounds=4).hash,
    "argon2-cffi argon2id": with_argon2(argon2.Type.ID),
    "argon2-cffi argon2i": with_argon2(argon2.Type.I),
    "Django pbkdf2_sha256": with_django(Pbkdf2()),
    "Django pbkdf2_sha1": with_django(Pbkdf2Sha1()),
    "Django bcrypt_sha256": with_django(BcryptSha256()),
    "Django bcrypt": with_django(Bcrypt()),
    "Django argon2": with_django(Argon2()),
    "Django md5": with_django(hashers.MD5PasswordHasher()),
    "Django sha1": with_django(hashers.SHA1PasswordHasher()),
    "Django unsalted_sha1": with_django(hashers.UnsaltedSHA1PasswordHasher()),
    "Werkzeug pbkdf2:sha256": lambda password: generate_password_hash(password, "pbkdf2:sha256:1000"),
    "Werkzeug pbkdf2:sha512": lambda password: generate_password_hash(password, "pbkdf2:sha512:1000"),
}


def hashed(origin, password):
    try:
        return {"origin": origin, "password": password, "hash": origins[origin](password)}
    except ValueError:
        # The library takes no password like this one.
        return {"origin": origin, "password": password, "hash": None}


passwords = json.load(sys.stdin)
json.dump([hashed(origin, password) for origin in origins for password in passwords], sys.stdout)
