"""These tests need nginx, which CI installs; on a machine without it they are not there."""

import shutil

collect_ignore = [] if shutil.which("nginx") else ["test_nginx.py"]
