-- Who may do what. Three roles that nobody signs in as; people and services sign in with roles of their
-- own that are members of tranche_app.
--
-- tranche_owner   owns the tables, so that no role that runs can alter them or disable a trigger;
-- tranche_writer  owns the functions that write and has just the grants they need, so that the way in is
--                 a function and never a statement;
-- tranche_app     may SELECT and call those functions: what the program becomes (SET ROLE) on connecting.
--
-- Roles belong to the whole cluster while migrations lock one database, so two databases may be migrated
-- at once: a role that another migration makes first is as good as ours.
DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['tranche_owner', 'tranche_writer', 'tranche_app'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        -- Only a superuser may hand objects to a role it is not a member of. Where the grant is not ours
        -- to make, an administrator has made it; if not, the first ALTER … OWNER below says so.
        IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
            BEGIN
                EXECUTE format('GRANT %I TO CURRENT_USER', v_role);
            EXCEPTION WHEN insufficient_privilege OR unique_violation THEN
                NULL;
            END;
        END IF;
    END LOOP;
END
$$;

-- A role needs CREATE to be given an object. The last migration of a series that makes functions takes
-- the writer's away again.
GRANT USAGE, CREATE ON SCHEMA tranche TO tranche_owner, tranche_writer;
GRANT USAGE ON SCHEMA tranche TO tranche_app;
REVOKE ALL ON SCHEMA tranche FROM PUBLIC;
