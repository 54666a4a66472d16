# Makes users in a database of Django, and prints what `dumpdata` says of them.

import json
import sys

import django
from django.conf import settings
from django.core.management import call_command

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    SECRET_KEY="made up",
    USE_TZ=True,
)
django.setup()
call_command("migrate", verbosity=0)

from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

PBKDF2PasswordHasher.iterations = 1000

for user in json.load(sys.stdin):
    made = User.objects.create_user(user["username"], user["email"], user["password"])
    made.is_active = user["active"]
    made.save()
    session = SessionStore()
    session["_auth_user_id"] = str(made.pk)
    session.save()

call_command("dumpdata", stdout=sys.stdout)
