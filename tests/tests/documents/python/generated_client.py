"""Generates a client from the document, logs in with it, and calls a guarded route."""

import importlib
import subprocess
import sys
from pathlib import Path

base, username, password = sys.argv[1:]

Path("config.yaml").write_text("post_hooks: []\npackage_name_override: quickstart_client\n")
command = [sys.executable, "-m", "openapi_python_client", "generate", "--url", f"{base}/openapi.json"]
command += ["--meta", "none", "--output-path", "quickstart_client", "--config", "config.yaml", "--fail-on-warning"]
subprocess.run(command, check=True)

sys.path.insert(0, ".")
client = importlib.import_module("quickstart_client")
models = importlib.import_module("quickstart_client.models")
token = importlib.import_module("quickstart_client.api.o_auth.token")
me = importlib.import_module("quickstart_client.api.users.me")

request = models.AuthTokenRequest(
    grant_type=models.AuthTokenRequestGrantType.PASSWORD, username=username, password=password
)
tokens = token.sync(client=client.Client(base), body=request)
user = me.sync(client=client.AuthenticatedClient(base, token=tokens.access_token))
print(f"logged in as {user.email}")
