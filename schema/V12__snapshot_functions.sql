-- Stores the snapshots of the given parts, all at one position, and answers whether it took them: only at
-- a position not before any stored one and not after the head, so that a process that lags behind cannot
-- put the clock back and none can store a state the log has not reached. Parts not named stay as they
-- are, unless the format differs: then every old body is unreadable, and goes.
--
-- Two at once wait for each other on a lock of their own and leave the head to the appends.
CREATE FUNCTION tranche.snapshot_put(
    p_ledger bigint, p_format text, p_position bigint, p_parts text[], p_bodies bytea[])
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
AS $$
BEGIN
    IF cardinality(p_parts) IS DISTINCT FROM cardinality(p_bodies) THEN
        RAISE EXCEPTION USING ERRCODE = 'LG004', MESSAGE = 'lengths', HINT = 'Each part has one body.';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('tranche snapshot ' || p_ledger, 0));
    PERFORM FROM ledger l WHERE l.id = p_ledger AND l.position >= p_position;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM FROM snapshot s WHERE s.ledger = p_ledger AND s.position > p_position;
    IF FOUND THEN
        RETURN false;
    END IF;

    DELETE FROM snapshot s WHERE s.ledger = p_ledger AND s.format <> p_format;
    INSERT INTO snapshot (ledger, part, position, format, body)
    SELECT p_ledger, b.part, p_position, p_format, b.body
      FROM unnest(p_parts, p_bodies) AS b(part, body)
    ON CONFLICT (ledger, part) DO UPDATE
       SET position = excluded.position, format = excluded.format, body = excluded.body;
    RETURN true;
END
$$;
ALTER FUNCTION tranche.snapshot_put(bigint, text, bigint, text[], bytea[]) OWNER TO tranche_writer;

-- Forgets every snapshot of a ledger; the next start-up folds the log from its beginning.
CREATE FUNCTION tranche.snapshot_drop(p_ledger bigint) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
AS $$
    DELETE FROM snapshot WHERE ledger = p_ledger
$$;
ALTER FUNCTION tranche.snapshot_drop(bigint) OWNER TO tranche_writer;
