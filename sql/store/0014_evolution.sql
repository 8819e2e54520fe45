-- What is asked before the columns of a shared schema's tables change and its view and function are
-- made anew.

-- What of others' depends on these columns of the two tables, on the view or on the function, so that
-- PostgreSQL would refuse to change or to drop them.
CREATE FUNCTION kho.dependents(current text, history text, versions text, at text, columns text[])
    RETURNS TABLE (dependent text) LANGUAGE sql STABLE AS $$
WITH ours AS (
    SELECT to_regclass(current)::oid AS current, to_regclass(history)::oid AS history,
           to_regclass(versions)::oid AS versions, to_regprocedure(at)::oid AS at
)
SELECT DISTINCT CASE WHEN r.oid IS NOT NULL
           THEN pg_describe_object('pg_class'::regclass, r.ev_class, 0)
           ELSE pg_describe_object(d.classid, d.objid, d.objsubid) END
FROM ours, pg_depend d
LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
WHERE d.deptype = 'n'
  AND coalesce(r.ev_class, d.objid) NOT IN (coalesce(ours.versions, 0), coalesce(ours.at, 0))
  AND ((d.refclassid, d.refobjid) IN (('pg_class'::regclass, ours.versions),
                                      ('pg_proc'::regclass, ours.at))
    OR d.refclassid = 'pg_type'::regclass AND d.refobjid IN (
           SELECT unnest(ARRAY[oid, typarray]) FROM pg_type WHERE typrelid = ours.versions)
    OR d.refclassid = 'pg_class'::regclass AND d.refobjid IN (ours.current, ours.history)
       AND d.refobjsubid IN (SELECT attnum FROM pg_attribute
                             WHERE attrelid = d.refobjid AND attname = ANY (columns)))
$$;
COMMENT ON FUNCTION kho.dependents(text, text, text, text, text[]) IS
    'What depends on these columns of a shared schema''s tables, or on the view over its versions and its function';

-- Statements that give the view and the function, made anew, the rights that they have now. Columns
-- named in `names` are called as in `become` then, or are no more.
CREATE FUNCTION kho.grants(versions text, at text, names text[], become text[])
    RETURNS TABLE (statement text) LANGUAGE sql STABLE AS $$
WITH acl AS (
    SELECT a.*, 'TABLE ' || versions AS object, NULL AS columns, relowner AS owner
    FROM pg_class, aclexplode(relacl) a WHERE oid = to_regclass(versions)
    UNION ALL
    SELECT a.*, 'TABLE ' || versions, format(' (%I)', coalesce(n.becomes, attname)), relowner
    FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
        LEFT JOIN unnest(names, become) n(name, becomes) ON n.name = attname, aclexplode(attacl) a
    WHERE c.oid = to_regclass(versions) AND (n.name IS NULL OR n.becomes IS NOT NULL)
    UNION ALL
    SELECT a.*, 'FUNCTION ' || at, NULL, proowner
    FROM pg_proc, aclexplode(proacl) a WHERE oid = to_regprocedure(at)
)
SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', at)
FROM pg_proc WHERE oid = to_regprocedure(at) AND proacl IS NOT NULL
     AND NOT EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0)
UNION ALL
SELECT format('GRANT %s%s ON %s TO %s%s', privilege_type, columns, object,
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM acl WHERE grantee <> owner
$$;
COMMENT ON FUNCTION kho.grants(text, text, text[], text[]) IS
    'Statements that grant a view over versions and its function again to those who have them now';
