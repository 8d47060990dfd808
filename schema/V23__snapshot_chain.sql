-- A snapshot has the parts that changed since an earlier one, so it is none where that one is gone: a process that had
-- left some, and went on after a rebuild had dropped them, left parts whose neighbours were older than it believed.
-- And a rebuild puts its own in their place in one step; between two, another process's could have come first.

DROP FUNCTION tranche.snapshot_put(bigint, text, bigint, text[], bytea[]);
DROP FUNCTION tranche.snapshot_drop(bigint);

GRANT CREATE ON SCHEMA tranche TO tranche_writer;

-- Stores parts at a position that were changed since that of an earlier snapshot (0: since the first entry; NULL: the
-- parts are all there are, in the place of every snapshot there is). Answers at which position there is one now: not at
-- this one where a later one is stored, where the earlier one is gone, or where the log is not as far.
CREATE FUNCTION tranche.snapshot_put(
    p_ledger bigint, p_format text, p_before bigint, p_position bigint, p_parts text[], p_bodies bytea[])
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_last bigint;
BEGIN
    IF cardinality(p_parts) IS DISTINCT FROM cardinality(p_bodies) OR p_position < 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths',
            HINT = 'Each part has one body, and stands at the position of an entry.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tranche snapshot ' || p_ledger, 0));
    SELECT coalesce(max(s.position), 0) INTO v_last
      FROM snapshot s WHERE s.ledger = p_ledger AND s.part = 'programme' AND s.format = p_format;
    PERFORM FROM ledger l WHERE l.id = p_ledger AND l.position >= p_position;
    IF NOT FOUND OR v_last < p_before OR v_last > p_position AND p_before IS NOT NULL THEN
        RETURN v_last;
    END IF;

    DELETE FROM snapshot s WHERE s.ledger = p_ledger AND (p_before IS NULL OR s.format <> p_format);
    INSERT INTO snapshot (ledger, part, position, format, body)
    SELECT p_ledger, b.part, p_position, p_format, b.body
      FROM unnest(p_parts, p_bodies) AS b(part, body)
    ON CONFLICT (ledger, part, position) DO UPDATE
       SET format = excluded.format, body = excluded.body;
    RETURN p_position;
END
$$;
ALTER FUNCTION tranche.snapshot_put(bigint, text, bigint, bigint, text[], bytea[]) OWNER TO tranche_writer;
REVOKE ALL ON FUNCTION tranche.snapshot_put(bigint, text, bigint, bigint, text[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tranche.snapshot_put(bigint, text, bigint, bigint, text[], bytea[]) TO tranche_app;
REVOKE CREATE ON SCHEMA tranche FROM tranche_writer;
