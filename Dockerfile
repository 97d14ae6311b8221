# One image for web, worker and beat. How it is used: docker-compose.yml and docs/operations.md.
FROM node:24-slim AS front
WORKDIR /front
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=bianzhi.settings.prod BIANZHI_VAR=/var/lib/bianzhi
WORKDIR /srv/bianzhi
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
COPY --from=front /front/node_modules node_modules
# Values for this one command only; collecting files connects to nothing.
RUN python scripts/build_icons.py \
 && SECRET_KEY=only-for-collecting-static-files-while-building-it \
    ALLOWED_HOSTS=localhost BIANZHI_KEYS_DIR=/nonexistent BIANZHI_VAR=/tmp/build \
    DATABASE_URL=postgresql://none@localhost/none REDIS_URL=redis://localhost/0 \
    python manage.py collectstatic --noinput -v0 \
 && rm -rf /tmp/build \
 && useradd --system --uid 10001 --home /var/lib/bianzhi --create-home bianzhi
USER bianzhi
VOLUME ["/var/lib/bianzhi", "/var/backups/bianzhi"]
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 \
    CMD ["python", "scripts/healthy.py", "web"]
# --timeout covers the longest answer; long work runs in the worker.
CMD ["gunicorn", "bianzhi.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--timeout", "120", "--max-requests", "5000", \
     "--max-requests-jitter", "500", "--no-control-socket"]
