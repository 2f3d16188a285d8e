"""gunicorn wsgi:app, flask --app wsgi"""

from pathlib import Path

from dotenv import load_dotenv

from ingress import create_app

load_dotenv(Path(__file__).with_name(".env"), interpolate=False)
app = create_app()
