-- Snapshots are kept, not replaced: what was known at a time is then read from the last one before it and the few
-- entries between, however long the log has become since.
ALTER TABLE tranche.snapshot DROP CONSTRAINT snapshot_pkey;
ALTER TABLE tranche.snapshot ADD CONSTRAINT snapshot_pkey PRIMARY KEY (ledger, part, position);
-- Compressing a body took the server longer than writing it.
ALTER TABLE tranche.snapshot ALTER COLUMN body SET STORAGE EXTERNAL;

-- As V12 made it, but that parts are added beside those of earlier positions. How much that takes is the program's
-- to bound, by the distance between two.
CREATE OR REPLACE FUNCTION tranche.snapshot_put(
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
    ON CONFLICT (ledger, part, position) DO UPDATE
       SET format = excluded.format, body = excluded.body;
    RETURN true;
END
$$;

-- The position of the last entry recorded no later than a time. Times never go back, so halving finds it; the
-- opening is always known, whenever a sandbox was opened.
CREATE FUNCTION tranche.position_known(p_ledger bigint, p_time timestamptz) RETURNS bigint
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_low    bigint := 1;
    v_high   bigint;
    v_middle bigint;
    v_time   timestamptz;
BEGIN
    SELECT l.position INTO v_high FROM ledger l WHERE l.id = p_ledger;
    WHILE v_low < v_high LOOP
        v_middle := (v_low + v_high + 1) / 2;
        SELECT e.recorded_at INTO v_time FROM event e WHERE e.ledger = p_ledger AND e.position = v_middle;
        IF v_time <= p_time THEN
            v_low := v_middle;
        ELSE
            v_high := v_middle - 1;
        END IF;
    END LOOP;
    RETURN v_high;
END
$$;
ALTER FUNCTION tranche.position_known(bigint, timestamptz) OWNER TO tranche_owner;
REVOKE ALL ON FUNCTION tranche.position_known(bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tranche.position_known(bigint, timestamptz) TO tranche_app;
