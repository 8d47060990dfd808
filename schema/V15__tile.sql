-- The full tiles of each ledger's tree (C2SP tlog-tiles): 256 hashes each, level 0 the leaves', each level
-- above the roots of the tiles below. What a tile says was so when it was stored, and no entry under it can
-- be altered since without the two disagreeing.
--
-- No foreign key to the ledger: the only way in is tile_fill, which has just read the head.
CREATE TABLE tranche.tile (
    ledger bigint   NOT NULL,
    level  smallint NOT NULL,
    index  bigint   NOT NULL,
    hashes bytea    NOT NULL,

    CONSTRAINT tile_pkey PRIMARY KEY (ledger, level, index),
    -- Eight levels of 256 are as many leaves as a bigint counts.
    CONSTRAINT tile_level_known CHECK (level BETWEEN 0 AND 7),
    CONSTRAINT tile_index_counts CHECK (index >= 0),
    -- 256 hashes: a tile that is not full is no tile yet.
    CONSTRAINT tile_full CHECK (octet_length(hashes) = 8192)
);
ALTER TABLE tranche.tile OWNER TO tranche_owner;
-- Hashes do not compress.
ALTER TABLE tranche.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- As the log is: never edited, never shortened.
CREATE TRIGGER tile_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tranche.tile
    FOR EACH STATEMENT EXECUTE FUNCTION tranche.append_only();
ALTER TABLE tranche.tile ENABLE ALWAYS TRIGGER tile_append_only;

-- A role needs CREATE to be given a function; it is taken away again below.
GRANT CREATE ON SCHEMA tranche TO tranche_writer;

-- The root over the hashes of a full tile (RFC 6962, 2.1): eight rounds of pairs.
CREATE FUNCTION tranche.tile_root(p_hashes bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_hashes bytea := p_hashes;
BEGIN
    WHILE octet_length(v_hashes) > 32 LOOP
        SELECT string_agg(sha256('\x01'::bytea || substring(v_hashes FROM n * 64 + 1 FOR 64)), ''::bytea ORDER BY n)
          INTO v_hashes
          FROM generate_series(0, octet_length(v_hashes) / 64 - 1) AS n;
    END LOOP;
    RETURN v_hashes;
END
$$;
ALTER FUNCTION tranche.tile_root(bytea) OWNER TO tranche_writer;

-- Stores the tiles that the head has filled and that are not there yet, at most p_most of level 0 and those
-- above them, and answers how many of level 0 are still to come. It is given no hash: it makes all of them
-- from the entries, so whoever may call it can store none that is false. Apart from the append, which does
-- not wait for it. LG003 where an entry that the head counts is not there.
CREATE FUNCTION tranche.tile_fill(p_ledger bigint, p_most integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, tranche, pg_temp
AS $$
DECLARE
    v_full   bigint;
    v_first  bigint;
    v_last   bigint;
    v_level  integer;
    v_index  bigint;
    v_hashes bytea;
BEGIN
    -- Two at once would do the same work twice.
    PERFORM pg_advisory_xact_lock(hashtextextended('tranche tile ' || p_ledger, 0));
    v_full := coalesce((SELECT l.position / 256 FROM ledger l WHERE l.id = p_ledger), 0);
    v_first := coalesce((SELECT t.index + 1 FROM tile t WHERE t.ledger = p_ledger AND t.level = 0
                          ORDER BY t.index DESC LIMIT 1), 0);
    v_last := least(v_first + greatest(p_most, 0), v_full) - 1;
    FOR v_tile IN v_first .. v_last LOOP
        v_level := 0;
        v_index := v_tile;
        SELECT string_agg(sha256('\x00'::bytea || e.entry), ''::bytea ORDER BY e.position) INTO v_hashes
          FROM event e
         WHERE e.ledger = p_ledger AND e.position BETWEEN v_index * 256 + 1 AND v_index * 256 + 256;
        LOOP
            IF octet_length(v_hashes) IS DISTINCT FROM 8192 THEN
                RAISE EXCEPTION USING ERRCODE = 'LG003', MESSAGE = 'tile', DETAIL = format('%s/%s', v_level, v_index),
                    HINT = 'Entries that the head counts are not there: tranche verify says which.';
            END IF;
            INSERT INTO tile (ledger, level, index, hashes) VALUES (p_ledger, v_level, v_index, v_hashes);
            EXIT WHEN v_index % 256 <> 255;
            SELECT string_agg(tile_root(t.hashes), ''::bytea ORDER BY t.index) INTO v_hashes
              FROM tile t
             WHERE t.ledger = p_ledger AND t.level = v_level AND t.index BETWEEN v_index - 255 AND v_index;
            v_level := v_level + 1;
            v_index := v_index / 256;
        END LOOP;
    END LOOP;
    RETURN greatest(v_full - v_last - 1, 0);
END
$$;
ALTER FUNCTION tranche.tile_fill(bigint, integer) OWNER TO tranche_writer;

REVOKE CREATE ON SCHEMA tranche FROM tranche_writer;
REVOKE ALL ON tranche.tile FROM PUBLIC;
REVOKE ALL ON FUNCTION tranche.tile_root(bytea), tranche.tile_fill(bigint, integer) FROM PUBLIC;
-- tile_fill: tiles come; nothing more, to anybody.
GRANT SELECT, INSERT ON tranche.tile TO tranche_writer;
GRANT SELECT ON tranche.tile TO tranche_app;
GRANT EXECUTE ON FUNCTION tranche.tile_fill(bigint, integer) TO tranche_app;
