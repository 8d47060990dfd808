//! Every statement the store sends in ordinary work, by name.
//!
//! What it refuses: text put together at run time. A test prepares each against the migrated schema.
//! `ledger = $1` stands in each, so that a database distributed by ledger sends it to one node.

/// A statement's name and its text.
pub type Statement = (&'static str, &'static str);

macro_rules! columns {
    () => {
        "position, stream, version, type, business_date, recorded_at, entry, item, command"
    };
}

macro_rules! event_columns {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM tranche.event WHERE ledger = $1 AND ", $rest)
    };
}

/// Events looked up one by one for each row of a list `k`. Of the list as a whole (`= ANY`) the planner, who last saw
/// the table while it was empty or the ledger was not there, would read all the ledger has.
macro_rules! events_of {
    ($columns:expr, $list:literal, $of:literal) => {
        concat!(
            "SELECT e.* FROM unnest",
            $list,
            " CROSS JOIN LATERAL (SELECT ",
            $columns,
            " FROM tranche.event WHERE ledger = $1 AND ",
            $of,
            " OFFSET 0) e ORDER BY e.position"
        )
    };
}

macro_rules! head_columns {
    ($rest:literal) => {
        concat!("SELECT l.id, l.name, l.position, l.root, l.peaks, l.recorded_at, l.opened_at", $rest)
    };
}

pub const LEDGER_CREATE: Statement = ("ledger_create", "SELECT tranche.ledger_create($1)");

pub const HEAD: Statement = ("head", head_columns!(" FROM tranche.ledger l WHERE l.id = tranche.ledger_id($1)"));

/// The one statement over all ledgers: a list for people.
pub const LEDGERS: Statement = ("ledgers", head_columns!(" FROM tranche.ledger l ORDER BY l.name"));

pub const APPEND: Statement = ("append", "SELECT tranche.ledger_append($1, $2, $3, $4, $5, $6, $7)");

/// A hint, for whose commit nobody waits: it is no part of the log.
pub const NOTIFY: Statement = ("notify", "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)");

pub const EVENT_READ: Statement =
    ("event_read", event_columns!("position >= $2 AND position <= $3 ORDER BY position LIMIT $4"));

pub const EVENT_READ_BACK: Statement =
    ("event_read_back", event_columns!("position >= $2 AND position <= $3 ORDER BY position DESC LIMIT $4"));

/// The entries at these positions.
pub const EVENTS_FIND: Statement =
    ("events_find", events_of!(columns!(), "($2::bigint[]) AS k(position)", "position = k.position"));

/// Of a stream the index tells sixteen versions apart from the next; among them the rows are put in order.
pub const STREAM_READ: Statement = (
    "stream_read",
    event_columns!(
        "hashtext(stream) = hashtext($5) AND version >> 4 >= $2::bigint >> 4 AND version >> 4 <= $3::bigint >> 4 \
         AND stream = $5 AND version >= $2::bigint AND version <= $3::bigint ORDER BY version >> 4, version LIMIT $4"
    ),
);

pub const STREAM_READ_BACK: Statement = (
    "stream_read_back",
    event_columns!(
        "hashtext(stream) = hashtext($5) AND version >> 4 >= $2::bigint >> 4 AND version >> 4 <= $3::bigint >> 4 \
         AND stream = $5 AND version >= $2::bigint AND version <= $3::bigint \
         ORDER BY version >> 4 DESC, version DESC LIMIT $4"
    ),
);

/// Of a category that may have payments: they are most of a log, so all of it is looked through.
pub const CATEGORY_READ: Statement = (
    "category_read",
    event_columns!(
        "split_part(stream, '-', 1) = $5 AND position >= $2 AND position <= $3 \
         ORDER BY position LIMIT $4"
    ),
);

pub const CATEGORY_READ_BACK: Statement = (
    "category_read_back",
    event_columns!(
        "split_part(stream, '-', 1) = $5 AND position >= $2 AND position <= $3 \
         ORDER BY position DESC LIMIT $4"
    ),
);

/// Of a category that has none: it stands among the acts that are no payments.
pub const CATEGORY_ACT_READ: Statement = (
    "category_act_read",
    event_columns!(
        "item IS NULL AND split_part(stream, '-', 1) = $5 AND position >= $2 AND position <= $3 \
         ORDER BY position LIMIT $4"
    ),
);

pub const CATEGORY_ACT_READ_BACK: Statement = (
    "category_act_read_back",
    event_columns!(
        "item IS NULL AND split_part(stream, '-', 1) = $5 AND position >= $2 AND position <= $3 \
         ORDER BY position DESC LIMIT $4"
    ),
);

/// Every act that is no payment.
pub const ACT_READ: Statement =
    ("act_read", event_columns!("item IS NULL AND position >= $2 AND position <= $3 ORDER BY position LIMIT $4"));

/// What streams have beyond a version of each.
pub const STREAMS_TAIL: Statement = (
    "streams_tail",
    events_of!(
        columns!(),
        "($2::text[], $3::integer[]) AS k(stream, version)",
        "hashtext(stream) = hashtext(k.stream) AND version >> 4 >= k.version >> 4 \
         AND stream = k.stream AND version > k.version ORDER BY version >> 4"
    ),
);

/// The streams that something was appended to in a range of positions.
pub const STREAMS_CHANGED: Statement = (
    "streams_changed",
    "SELECT DISTINCT stream FROM tranche.event WHERE ledger = $1 AND position >= $2 AND position <= $3",
);

pub const ITEMS_FIND: Statement =
    ("items_find", events_of!("item, position", "($2::text[]) AS k(item)", "item = k.item"));

/// The payments that are cancelled up to a position.
pub const ITEMS_CANCELLED: Statement = (
    "items_cancelled",
    "SELECT substr(item, 2) FROM tranche.event WHERE ledger = $1 AND position <= $2 AND item LIKE '-%'",
);

/// The first events of these commands.
pub const COMMANDS_FIND: Statement =
    ("commands_find", events_of!(columns!(), "($2::uuid[]) AS k(command)", "command = k.command"));

pub const WALL: Statement = ("wall", "SELECT first_share::text, gate FROM tranche.ledger WHERE id = $1");

/// Which of the events at these positions are of the same command as the one before, and their types.
pub const FURTHER_FIND: Statement = (
    "further_find",
    events_of!("position, type", "($2::bigint[]) AS k(position)", "position = k.position AND command IS NULL"),
);

pub const FUND_POSITIONS: Statement = (
    "fund_positions",
    "SELECT pilot, cap_kind, recognition_year, payout_ratio::text, \
            (cap * 100)::bigint, (allocated * 100)::bigint, (released * 100)::bigint, \
            (released_first_year * 100)::bigint, (assigned * 100)::bigint, (paid * 100)::bigint, \
            (returned * 100)::bigint, (returned_unspent * 100)::bigint, (clawback_ordered * 100)::bigint, \
            trim_scale(first_year_limit)::text, trim_scale(release_limit)::text, \
            trim_scale(release_ceiling)::text, version \
       FROM tranche.fund_position WHERE ledger = $1 ORDER BY pilot",
);

pub const FUND_POSITION_REBUILD: Statement = ("fund_position_rebuild", "SELECT tranche.fund_position_rebuild($1)");

/// The latest of each part up to a position. One statement, so that head and parts are of one MVCC snapshot; the head
/// alone where there is no part.
pub const SNAPSHOT_LOAD: Statement = (
    "snapshot_load",
    head_columns!(
        ", s.part, s.position, s.body FROM tranche.ledger l \
         LEFT JOIN LATERAL (SELECT DISTINCT ON (k.part) k.part, k.position, k.body FROM tranche.snapshot k \
          WHERE k.ledger = $1 AND k.format = $2 AND k.position <= $3 ORDER BY k.part DESC, k.position DESC) s ON true \
         WHERE l.id = $1"
    ),
);

/// The same of the parts named.
pub const SNAPSHOT_LOAD_PARTS: Statement = (
    "snapshot_load_parts",
    head_columns!(
        ", s.part, s.position, s.body FROM tranche.ledger l \
         LEFT JOIN LATERAL (SELECT k.part, k.position, k.body FROM unnest($4::text[]) AS n(part) \
          CROSS JOIN LATERAL (SELECT i.part, i.position, i.body FROM tranche.snapshot i \
           WHERE i.ledger = $1 AND i.format = $2 AND i.part = n.part AND i.position <= $3 \
           ORDER BY i.position DESC LIMIT 1) k) s ON true \
         WHERE l.id = $1"
    ),
);

/// The parts stored at this very position.
pub const SNAPSHOT_AT: Statement = (
    "snapshot_at",
    "SELECT part, position, body FROM tranche.snapshot WHERE ledger = $1 AND format = $2 AND position = $3",
);

/// Where parts are stored.
pub const SNAPSHOT_POSITIONS: Statement = (
    "snapshot_positions",
    "SELECT DISTINCT position FROM tranche.snapshot WHERE ledger = $1 AND format = $2 ORDER BY position",
);

pub const POSITION_KNOWN: Statement = ("position_known", "SELECT tranche.position_known($1, $2)");

pub const SNAPSHOT_PUT: Statement = ("snapshot_put", "SELECT tranche.snapshot_put($1, $2, $3, $4, $5, $6)");

/// Advisory locks are by number; hashing a text keeps ours apart from those of others in the database.
pub const LEASE_TRY: Statement =
    ("lease_try", "SELECT pg_try_advisory_lock(hashtextextended('tranche lease ' || $1::bigint, 0))");

pub const LEASE_WAIT: Statement =
    ("lease_wait", "SELECT pg_advisory_lock(hashtextextended('tranche lease ' || $1::bigint, 0))");

/// An advisory lock's key stands in two halves among the locks.
pub const LEASE_WANTED: Statement = (
    "lease_wanted",
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted \
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
       AND (classid::bigint << 32 | objid::bigint) = hashtextextended('tranche lease ' || $1::bigint, 0))",
);

pub const LEASE_RELEASE: Statement =
    ("lease_release", "SELECT pg_advisory_unlock(hashtextextended('tranche lease ' || $1::bigint, 0))");

/// What stands in the schema; read with `search_path = pg_catalog`.
pub const CATALOG: Statement = ("catalog", include_str!("catalog/describe.sql"));

/// A span of positions, all in one row with a list a column: a row an entry costs as much as reading the entry does.
macro_rules! span {
    ($lists:literal) => {
        concat!(
            "SELECT array_agg(e.position), array_agg(octet_length(e.entry)), string_agg(e.entry, '')",
            $lists,
            " FROM (SELECT ",
            columns!(),
            " FROM tranche.event WHERE ledger = $1 AND position >= $2 AND position <= $3 ORDER BY position) e"
        )
    };
}

pub const EVENT_SPAN: Statement = (
    "event_span",
    span!(
        ", array_agg(e.stream), array_agg(e.version), array_agg(e.type), array_agg(e.business_date), \
         array_agg(e.recorded_at), array_agg(e.item), array_agg(e.command)"
    ),
);

/// The same, of each no more than its position and its entry.
pub const ENTRY_SPAN: Statement = ("entry_span", span!(""));

pub const TILE_FILL: Statement = ("tile_fill", "SELECT tranche.tile_fill($1, $2)");

pub const TILES_READ: Statement = (
    "tiles_read",
    "SELECT index, hashes FROM tranche.tile \
      WHERE ledger = $1 AND level = $2 AND index >= $3 AND index <= $4 ORDER BY index",
);

/// How far the tiles of each level go.
pub const TILES_LAST: Statement = (
    "tiles_last",
    "SELECT level, max(index), count(*) FROM tranche.tile WHERE ledger = $1 GROUP BY level ORDER BY level",
);

/// All of them, for the test that prepares each.
pub const ALL: &[Statement] = &[
    LEDGER_CREATE,
    HEAD,
    LEDGERS,
    APPEND,
    NOTIFY,
    EVENT_READ,
    EVENT_READ_BACK,
    EVENTS_FIND,
    STREAM_READ,
    STREAM_READ_BACK,
    CATEGORY_READ,
    CATEGORY_READ_BACK,
    CATEGORY_ACT_READ,
    CATEGORY_ACT_READ_BACK,
    ACT_READ,
    STREAMS_TAIL,
    STREAMS_CHANGED,
    ITEMS_FIND,
    ITEMS_CANCELLED,
    COMMANDS_FIND,
    FURTHER_FIND,
    WALL,
    FUND_POSITIONS,
    FUND_POSITION_REBUILD,
    SNAPSHOT_LOAD,
    SNAPSHOT_LOAD_PARTS,
    SNAPSHOT_AT,
    SNAPSHOT_POSITIONS,
    POSITION_KNOWN,
    SNAPSHOT_PUT,
    CATALOG,
    EVENT_SPAN,
    ENTRY_SPAN,
    TILE_FILL,
    TILES_READ,
    TILES_LAST,
    LEASE_TRY,
    LEASE_WAIT,
    LEASE_WANTED,
    LEASE_RELEASE,
];
