"""Settings of Qifu, read once from the environment. Safe by default; `qifu check` says what a real deployment lacks.

QIFU_HOME      folder of database, files, anchors and keys (default: var/ beside the code)
DATABASE_URL   postgres://… for PostgreSQL; the embedded database otherwise
QIFU_SECRET    signing secret; QIFU_KEYS  data keys "id:base64,…" (made and kept in QIFU_HOME when absent)
QIFU_DEMO      1 shows the local message viewer and the sample accounts
QIFU_HOSTS     host names served, comma-separated; QIFU_HTTPS 1 behind TLS
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF

from qifu.config import keys
from qifu.entry.theme import logging

BASE = Path(__file__).resolve().parents[1]
HOME = Path(os.environ.get("QIFU_HOME", BASE.parents[1] / "var")).resolve()
HOME.mkdir(mode=0o700, parents=True, exist_ok=True)  # what lies there is nobody else's

DEMO = os.environ.get("QIFU_DEMO") == "1"
DEBUG = os.environ.get("QIFU_DEBUG") == "1"
HTTPS = os.environ.get("QIFU_HTTPS") == "1"
ALLOWED_HOSTS = os.environ.get("QIFU_HOSTS", "127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and host != "*"]

SECRET_KEY = keys.secret(HOME)
DATA_KEYS = keys.data_keys(HOME)  # id → 32 bytes; the first one seals, all of them open

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "ninja",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "django_tasks",
    "qifu.kernel.evidence",
    "qifu.kernel.outbox",
    "qifu.kernel.files",
    "qifu.kernel.unmaskings",
    "qifu.kernel.receipts",
    "qifu.kernel.workdays",
    "qifu.kernel.measures",
    "qifu.kernel.exports",
    "qifu.domain.people",
    "qifu.domain.registry",
    "qifu.domain.estate",
    "qifu.domain.policies",
    "qifu.domain.publishing",
    "qifu.domain.appeals",
    "qifu.domain.grants",
    "qifu.domain.visits",
    "qifu.domain.events",
    "qifu.domain.performance",
    "qifu.domain.disclosure",
    "qifu.output.messages",
    "qifu.entry.theme",
    "qifu.entry.portal",
    "qifu.entry.desk",
    "qifu.entry.field",
    "qifu.entry.board",
    "qifu.entry.clock",
]

MIDDLEWARE = [
    "qifu.entry.theme.logging.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qifu.entry.theme.headers.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "qifu.entry.theme.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "qifu.entry.theme.middleware.PersonMiddleware",
]

ROOT_URLCONF = "qifu.config.urls"
WSGI_APPLICATION = "qifu.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qifu.entry.theme.context.page",
            ],
            "builtins": ["django.templatetags.i18n"],
        },
    }
]

EMBEDDED = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=-32000;",
}
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{HOME / 'qifu.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if "sqlite" in str(DATABASES["default"]["ENGINE"]):
    DATABASES["default"]["OPTIONS"] = EMBEDDED
else:  # statements that come again are planned once by each connection
    DATABASES["default"]["OPTIONS"] = {"server_side_binding": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "kernel_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # beyond it entries are dropped, counts of failed attempts among them
    }
}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "qifu.entry.portal.signin.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "qifu.entry.theme.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE = {"staff": 2 * 3600, "contact": 12 * 3600}  # seconds without a request
ACCOUNT_ADAPTER = "qifu.entry.portal.signin.adapter.SignInAdapter"
ACCOUNT_FORMS = {
    "login": "qifu.entry.portal.signin.forms.PasswordForm",
    "change_password": "qifu.entry.portal.signin.forms.NewPasswordForm",
    "reauthenticate": "qifu.entry.portal.signin.forms.ConfirmForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # a member's session ends with the browser
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/m/ip,8/900s/key",  # behind axes; the key also bounds guesses of the second step
    "phone_code": "20/m/ip,1/60s/key,6/h/key",  # key: the number
    "policies_export": "12/m/ip",  # whole lists, made anew each time
    "phone_code_try": "30/m/ip,5/300s/key",  # key: the code sent, so that parallel guesses count too
}
MFA_ADAPTER = "qifu.entry.portal.signin.adapter.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "qifu.entry.portal.signin.forms.SecondStepForm",
    "reauthenticate": "qifu.entry.portal.signin.forms.ConfirmSecondStepForm",
    "activate_totp": "qifu.entry.portal.signin.forms.SetUpForm",
}
MFA_TOTP_ISSUER = "企服"
MFA_TOTP_TOLERANCE = 1  # clocks of phones differ by half a minute
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("QIFU_PROXIES", "1" if HTTPS else "0"))
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "qifu.entry.portal.signin.lockout.locked_out"
AXES_CLIENT_IP_CALLABLE = "qifu.entry.portal.signin.lockout.client_ip"
AXES_VERBOSE = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]  # asked for on the machine itself
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "qifu_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
LOCALE_PATHS = [BASE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "qifu.entry.theme.storage.PageStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
UPLOAD_LIMIT = 20 * 2**20  # bytes, one file
RETENTION_DAYS = int(os.environ.get("QIFU_RETENTION_DAYS", "0"))  # days after closing until erasure; 0: never
SCANNER = os.environ.get("QIFU_SCANNER", "")  # dotted path to scan(path) -> problem

COLLECT_AGENT = os.environ.get(
    "QIFU_COLLECT_AGENT", "Qifu policy collector"
)  # how the collector names itself to others
COLLECT_PAUSE = float(os.environ.get("QIFU_COLLECT_PAUSE", "2"))  # seconds between two requests to one host
COLLECT_INSIDE = os.environ.get("QIFU_COLLECT_INSIDE", "").split()  # host:port of inside sites that may be asked

TASKS = {"default": {"BACKEND": "qifu.kernel.outbox.backend.OutboxBackend", "QUEUES": []}}
OUTBOX = {
    "children": int(os.environ.get("QIFU_WORKER_CHILDREN", "2")),  # items at a time, in one worker
    "lease": float(os.environ.get("QIFU_WORKER_LEASE", "60")),  # seconds until a dead worker's items are taken over
    "grace": float(os.environ.get("QIFU_WORKER_GRACE", "30")),  # seconds a stopping worker waits for its items
}
VENDORS = {
    "sms": os.environ.get("QIFU_SMS", "local" if DEMO else ""),  # local, http
    "mail": os.environ.get("QIFU_MAIL", "local" if DEMO else ""),  # local, smtp
}
SMS_URL = os.environ.get("QIFU_SMS_URL", "")
SMS_SECRET = os.environ.get("QIFU_SMS_SECRET", "")

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("QIFU_MAIL_FROM", "qifu@localhost")
EMAIL_HOST = os.environ.get("QIFU_MAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("QIFU_MAIL_PORT", "25"))
EMAIL_TIMEOUT = 10

LOGGING = logging.configured(
    as_json=os.environ.get("QIFU_LOG_JSON") == "1", level=os.environ.get("QIFU_LOG", "WARNING")
)
