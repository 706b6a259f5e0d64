-- The two roles and the database, for psql 15 or newer as a superuser:
--   REGISTRAR_OWNER_PASSWORD=… REGISTRAR_APP_PASSWORD=… psql -f deploy/roles.sql
-- The owner's role is for migrations alone. The app's role owns nothing, so no row-level security can be passed by.
\getenv owner_password REGISTRAR_OWNER_PASSWORD
\getenv app_password REGISTRAR_APP_PASSWORD
CREATE ROLE registrar_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE registrar_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
CREATE ROLE registrar_service NOLOGIN NOSUPERUSER NOBYPASSRLS;
GRANT registrar_service TO registrar_owner WITH ADMIN OPTION;
CREATE DATABASE registrar OWNER registrar_owner;
REVOKE ALL ON DATABASE registrar FROM PUBLIC;
GRANT CONNECT ON DATABASE registrar TO registrar_app;
