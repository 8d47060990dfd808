-- What stands in the schema, a line an object: its kind and name, and all that makes it what it is. The same on every
-- installation: the role that migrated stands as «the schema's owner», an owner's own rights are left out, and so
-- are object numbers. Read with search_path = pg_catalog, so that every name is written in full.
WITH RECURSIVE place AS (
    SELECT n.oid, n.nspname, n.nspowner, n.nspacl FROM pg_namespace n WHERE n.nspname = 'tranche'
), stand_in AS (
    -- Who may act as the tables' owner or the writer, or write every table there is, straight or through others. Whoever
    -- migrated the schema may, and so may those that role is granted to.
    SELECT m.roleid AS role, m.member, m.admin_option FROM pg_auth_members m JOIN place p ON m.member <> p.nspowner
     WHERE m.roleid IN (to_regrole('tranche_owner'), to_regrole('tranche_writer'), to_regrole('pg_write_all_data'))
    UNION
    SELECT s.role, m.member, m.admin_option FROM stand_in s JOIN pg_auth_members m ON m.roleid = s.member
      JOIN place p ON m.member <> p.nspowner
), grantee AS (
    SELECT o.kind, o.oid, o.part,
           string_agg(concat(CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END, '=',
                             a.privileges), ' ' ORDER BY pg_get_userbyid(a.grantee)::text COLLATE "C") AS grants
      FROM (SELECT 'n' AS kind, p.oid, 0 AS part, p.nspowner AS owner, coalesce(p.nspacl, acldefault('n', p.nspowner)) AS acl
              FROM place p
            UNION ALL
            SELECT 'r', c.oid, 0, c.relowner, coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner))
              FROM pg_class c JOIN place p ON p.oid = c.relnamespace
            UNION ALL
            SELECT 'c', c.oid, a.attnum, c.relowner, a.attacl
              FROM pg_class c JOIN place p ON p.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
            UNION ALL
            SELECT 'f', f.oid, 0, f.proowner, coalesce(f.proacl, acldefault('f', f.proowner))
              FROM pg_proc f JOIN place p ON p.oid = f.pronamespace) o
     CROSS JOIN LATERAL (SELECT x.grantee, string_agg(concat(x.privilege_type, CASE WHEN x.is_grantable THEN '*' END),
                                ',' ORDER BY x.privilege_type COLLATE "C") AS privileges
                           FROM aclexplode(o.acl) x WHERE x.grantee <> o.owner GROUP BY x.grantee) a
     GROUP BY o.kind, o.oid, o.part
), relation AS (
    SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
           c.relowner, p.nspowner
      FROM pg_class c JOIN place p ON p.oid = c.relnamespace
     WHERE c.relkind NOT IN ('i', 'I', 't')
), line AS (
    SELECT concat('schema ', p.nspname) AS object, 'grants ' || g.grants AS definition
      FROM place p LEFT JOIN grantee g ON g.kind = 'n' AND g.oid = p.oid
    UNION ALL
    SELECT concat('relation ', r.relname),
           concat_ws(' | ', concat('kind ', r.relkind, r.relpersistence),
               concat('owner ', CASE r.relowner WHEN r.nspowner THEN 'the schema''s owner' ELSE pg_get_userbyid(r.relowner) END),
               CASE WHEN r.relrowsecurity OR r.relforcerowsecurity THEN 'row security' END,
               nullif(array_to_string(r.reloptions, ','), ''),
               'grants ' || g.grants,
               CASE WHEN r.relkind IN ('v', 'm')
                    -- Versions differ in whether they write a column's table before it.
                    THEN regexp_replace(regexp_replace(pg_get_viewdef(r.oid), '\mevent\.', '', 'g'), '\s+', ' ', 'g') END)
      FROM relation r LEFT JOIN grantee g ON g.kind = 'r' AND g.oid = r.oid
    UNION ALL
    SELECT concat('column ', r.relname, '.', a.attname),
           concat_ws(' | ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
               concat('storage ', a.attstorage), nullif(concat('identity ', a.attidentity), 'identity '),
               nullif(concat('generated ', a.attgenerated), 'generated '),
               'default ' || pg_get_expr(d.adbin, d.adrelid), 'grants ' || g.grants)
      FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
      LEFT JOIN grantee g ON g.kind = 'c' AND g.oid = r.oid AND g.part = a.attnum
    UNION ALL
    -- What must not be null is said with the column; from version 18 on it is a constraint as well.
    SELECT concat('constraint ', r.relname, ' ', o.conname),
           concat_ws(' | ', pg_get_constraintdef(o.oid), CASE WHEN NOT o.convalidated THEN 'not validated' END)
      FROM relation r JOIN pg_constraint o ON o.conrelid = r.oid AND o.contype NOT IN ('n', 't')
    UNION ALL
    SELECT concat('domain ', t.typname),
           concat_ws(' | ', format_type(t.typbasetype, t.typtypmod),
               concat('owner ', CASE t.typowner WHEN p.nspowner THEN 'the schema''s owner' ELSE pg_get_userbyid(t.typowner) END),
               CASE WHEN t.typnotnull THEN 'not null' END, 'default ' || t.typdefault)
      FROM place p JOIN pg_type t ON t.typnamespace = p.oid AND t.typtype = 'd'
    UNION ALL
    SELECT concat('constraint of domain ', t.typname, ' ', o.conname),
           concat_ws(' | ', pg_get_constraintdef(o.oid), CASE WHEN NOT o.convalidated THEN 'not validated' END)
      FROM place p JOIN pg_type t ON t.typnamespace = p.oid AND t.typtype = 'd'
      JOIN pg_constraint o ON o.contypid = t.oid AND o.contype <> 'n'
    UNION ALL
    SELECT concat('index ', r.relname, ' ', c.relname),
           concat_ws(' | ', pg_get_indexdef(c.oid), CASE WHEN NOT (i.indisvalid AND i.indisready AND i.indislive) THEN 'not in use' END)
      FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
    UNION ALL
    SELECT concat('trigger ', r.relname, ' ', CASE WHEN t.tgisinternal THEN concat('of ', o.conname, ' ', f.proname) ELSE t.tgname END),
           concat_ws(' | ', CASE WHEN NOT t.tgisinternal THEN pg_get_triggerdef(t.oid) END,
               CASE t.tgenabled WHEN 'A' THEN 'fires always' WHEN 'O' THEN 'fires on the origin' WHEN 'R' THEN 'fires on a replica' ELSE 'disabled' END)
      FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid JOIN pg_proc f ON f.oid = t.tgfoid
      LEFT JOIN pg_constraint o ON o.oid = t.tgconstraint
    UNION ALL
    SELECT concat('function ', f.proname, '(', pg_get_function_identity_arguments(f.oid), ')'),
           concat_ws(' | ', concat('returns ', pg_get_function_result(f.oid)), concat('language ', l.lanname),
               concat('owner ', CASE f.proowner WHEN p.nspowner THEN 'the schema''s owner' ELSE pg_get_userbyid(f.proowner) END),
               CASE WHEN f.prosecdef THEN 'security definer' END, concat('volatility ', f.provolatile),
               concat('parallel ', f.proparallel), CASE WHEN f.proisstrict THEN 'strict' END, concat('kind ', f.prokind),
               array_to_string(f.proconfig, ', '), 'grants ' || g.grants,
               concat('body ', encode(sha256(convert_to(f.prosrc, 'UTF8')), 'hex')))
      FROM place p JOIN pg_proc f ON f.pronamespace = p.oid JOIN pg_language l ON l.oid = f.prolang
      LEFT JOIN grantee g ON g.kind = 'f' AND g.oid = f.oid
    UNION ALL
    SELECT concat('rule ', r.relname, ' ', w.rulename), pg_get_ruledef(w.oid)
      FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'
    UNION ALL
    SELECT concat('policy ', r.relname, ' ', y.polname), concat(y.polcmd)
      FROM relation r JOIN pg_policy y ON y.polrelid = r.oid
    UNION ALL
    -- A table inherited from or attached would add rows to ours or take them away.
    SELECT concat('inheritance ', i.inhrelid::regclass, ' of ', i.inhparent::regclass), ''
      FROM relation r JOIN pg_inherits i ON r.oid IN (i.inhrelid, i.inhparent)
    UNION ALL
    SELECT concat('default privileges of ', pg_get_userbyid(d.defaclrole), ' ', d.defaclobjtype), array_to_string(d.defaclacl, ' ')
      FROM place p JOIN pg_default_acl d ON d.defaclnamespace = p.oid
    UNION ALL
    -- What the roles are, and what they are through others.
    SELECT concat('role ', o.rolname),
           concat_ws(' | ', CASE WHEN o.rolsuper THEN 'superuser' END, CASE WHEN o.rolcanlogin THEN 'login' END,
               CASE WHEN o.rolcreaterole THEN 'createrole' END, CASE WHEN o.rolcreatedb THEN 'createdb' END,
               CASE WHEN o.rolreplication THEN 'replication' END, CASE WHEN o.rolbypassrls THEN 'bypassrls' END,
               concat('member of ', (SELECT string_agg(pg_get_userbyid(m.roleid)::text, ',' ORDER BY pg_get_userbyid(m.roleid)::text COLLATE "C")
                                       FROM pg_auth_members m WHERE m.member = o.oid)))
      FROM pg_roles o WHERE o.rolname IN ('tranche_owner', 'tranche_writer', 'tranche_app')
    UNION ALL
    SELECT concat('member of ', pg_get_userbyid(s.role), ' ', pg_get_userbyid(s.member)),
           concat_ws(' | ', CASE WHEN bool_or(s.admin_option) THEN 'may grant it' END,
               CASE WHEN o.rolcanlogin THEN 'login' END)
      FROM stand_in s JOIN pg_roles o ON o.oid = s.member
     -- Who cannot come in does nothing here; a superuser needs no membership for what it does.
     WHERE NOT o.rolsuper AND has_database_privilege(o.oid, current_database(), 'CONNECT')
     GROUP BY s.role, s.member, o.rolcanlogin
)
SELECT l.object::text, coalesce(l.definition, '')::text FROM line l ORDER BY l.object COLLATE "C", l.definition COLLATE "C"
