/* SPDX-License-Identifier: MIT */
/* The schema of an inbox: how it is opened, checked, made and brought up to date. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "inbox/internal.h"

enum {
    APPLICATION = 0x524c5942, /* "RLYB" */
    APPLICATION_AT = 68,      /* where it stands in the file */
};

#define TEXT(x)  #x
#define VALUE(x) TEXT(x)

/* Each brings the schema from one version to the next. */
static const char *const migrations[] = {
    "CREATE TABLE turns ("
    " id INTEGER PRIMARY KEY,"
    " buffer TEXT,"
    " session TEXT NOT NULL,"
    " message TEXT,"
    " frame TEXT NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'retrying', 'answered',"
    "  'done', 'dead', 'ambiguous', 'interrupted')),"
    " wish TEXT CHECK (wish IN ('retry', 'drop')),"
    " attempts INTEGER NOT NULL DEFAULT 0,"
    " next_try INTEGER,"
    " reason TEXT,"
    " taken INTEGER NOT NULL,"
    " changed INTEGER NOT NULL);"
    "CREATE INDEX turns_state ON turns (state, changed);"
    "CREATE INDEX turns_waiting ON turns (session, id) WHERE state IN ('waiting', 'retrying');"
    "CREATE INDEX turns_wish ON turns (id) WHERE wish IS NOT NULL;"
    "CREATE TABLE actions ("
    " id INTEGER PRIMARY KEY,"
    " turn INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL,"
    " request TEXT NOT NULL,"
    " frame TEXT NOT NULL,"
    " content INTEGER NOT NULL,"
    " state TEXT NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'done', 'refused', 'ambiguous',"
    "  'unsent')),"
    " result TEXT);"
    "CREATE INDEX actions_turn ON actions (turn, id);"
    "CREATE TABLE seen (key TEXT PRIMARY KEY, turn INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX seen_turn ON seen (turn);"
    "PRAGMA application_id = " VALUE(0x524c5942) ";",
};
enum { VERSION = sizeof migrations / sizeof *migrations };

static bool refuse(int *status, int value, struct buf *why, const char *reason)
{
    *status = value;
    buf_str(why, reason);
    return false;
}

/* The first column of a statement's first row. */
static bool ask(struct store *s, const char *sql, int64_t *value)
{
    sqlite3_stmt *st = NULL;
    bool got = sqlite.prepare_v3(s->db, sql, -1, 0, &st, NULL) == SQLITE_OK && sqlite.step(st) == SQLITE_ROW;
    if (got)
        *value = sqlite.column_int64(st, 0);
    else
        store_failed(s);
    sqlite.finalize(st);
    return got;
}

static bool execute(struct store *s, const char *sql)
{
    return sqlite.exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_failed(s);
}

/* In one transaction: another process may do the same. */
static bool migrate(struct store *s)
{
    int64_t version = 0;
    struct buf sql = {0};
    bool good = execute(s, "BEGIN IMMEDIATE") && ask(s, "PRAGMA user_version", &version);
    for (; good && version < VERSION; version++)
        good = execute(s, migrations[version]);
    buf_printf(&sql, "PRAGMA user_version = %d; COMMIT", VERSION);
    good = good && execute(s, buf_cstr(&sql));
    buf_free(&sql);
    return good;
}

/* Whether the database is an inbox that this program understands, or is still empty. */
static bool check(struct store *s, enum store_use use, int64_t *version, int *status, struct buf *why)
{
    int64_t application = 0, tables = 0;
    if (!ask(s, "PRAGMA application_id", &application) || !ask(s, "PRAGMA user_version", version) ||
        !ask(s, "SELECT count(*) FROM sqlite_schema", &tables))
        return refuse(status, EX_NOINPUT, why, store_problem(s));
    bool empty = !application && !*version && !tables;
    if (empty && use == STORE_RING)
        return true;
    if (application != APPLICATION)
        return refuse(status, EX_NOINPUT, why,
                      empty ? "it is empty, not an inbox" : "a database of something else");
    if (*version > VERSION)
        return refuse(status, EX_NOINPUT, why, "made by a newer version of relay-run");
    return *version == VERSION || use != STORE_READ ||
           refuse(status, EX_NOINPUT, why, "made by an older version: relay-run brings it up to date");
}

/* Whether an open file is an inbox, or is to become one: one that is neither keeps its mode. */
static bool is_inbox(int fd)
{
    char head[APPLICATION_AT + 4];
    ssize_t n = pread(fd, head, sizeof head, 0);
    return n == 0 || (n == sizeof head && memcmp(head + APPLICATION_AT, "RLYB", 4) == 0);
}

/* Creates the file with its mode, and refuses what is not a file by itself: no link that was planted. */
static bool prepare_file(const char *path, enum store_use use, int *status, struct buf *why)
{
    int flags = use == STORE_READ ? O_RDONLY : use == STORE_TOOL ? O_RDWR : O_RDWR | O_CREAT;
    struct stat st;
    int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0)
        return refuse(status, EX_NOINPUT, why, errno == ELOOP ? "it is a symbolic link" : strerror(errno));
    bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    bool open_to_others = use != STORE_READ && regular && st.st_mode & 077 && is_inbox(fd);
    bool closed = !open_to_others || fchmod(fd, 0600) == 0;
    int error = errno;
    close(fd);
    if (!regular)
        return refuse(status, EX_NOINPUT, why, "not a regular file");
    return closed || refuse(status, EX_NOINPUT, why, strerror(error));
}

static bool connect(struct store *s, const char *name, int flags)
{
    if (sqlite.open_v2(name, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return store_failed(s);
    sqlite.extended_result_codes(s->db, 1);
    sqlite.busy_timeout(s->db, STORE_BUSY);
    return true;
}

/* Whether there is a log beside the database with something in it. */
static bool has_log(const char *path)
{
    struct buf name = {0};
    struct stat st;
    buf_printf(&name, "%s-wal", path);
    bool has = stat(buf_cstr(&name), &st) == 0 && st.st_size > 0;
    buf_free(&name);
    return has;
}

/* A copy in a folder that cannot be written: without a log it is read as it is, since nobody can change it.
 */
static bool connect_copy(struct store *s, const char *path, struct buf *why)
{
    struct buf name = {0};
    int64_t version;
    if (ask(s, "PRAGMA user_version", &version) ||
        ((s->code & 0xff) != SQLITE_READONLY && (s->code & 0xff) != SQLITE_CANTOPEN))
        return true;
    if (has_log(path)) {
        buf_str(why, "its log (-wal) can be read only where files can be made: copy both there");
        return false;
    }
    sqlite.close_v2(s->db);
    s->db = NULL;
    buf_str(&name, "file:");
    for (const char *p = path; *p; p++)
        buf_printf(&name, strchr("?#%", *p) ? "%%%02X" : "%c", *p);
    buf_str(&name, "?immutable=1");
    bool good = connect(s, buf_cstr(&name), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    if (!good)
        buf_str(why, store_problem(s));
    buf_free(&name);
    return good;
}

static bool configure(struct store *s, enum store_use use)
{
    if (use == STORE_READ)
        return true;
    return execute(
        s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;"
           "PRAGMA temp_store = MEMORY");
}

/* Opens the file, checks that it is an inbox, and brings its schema up to date. */
static bool schema_open(struct store *s, const char *path, enum store_use use, int *status, struct buf *why)
{
    int64_t version = 0;
    int flags = use == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    const char *missing = sqlite_load();
    if (missing) {
        buf_str(why, "load SQLite: ");
        return refuse(status, EX_OSERR, why, missing);
    }
    if (!prepare_file(path, use, status, why))
        return false;
    if (!connect(s, path, flags))
        return refuse(status, EX_NOINPUT, why, store_problem(s));
    if (use == STORE_READ && !connect_copy(s, path, why))
        return refuse(status, EX_NOINPUT, why, "");
    if (!check(s, use, &version, status, why))
        return false;
    if (use != STORE_READ && sqlite.db_readonly(s->db, "main"))
        return refuse(status, EX_NOINPUT, why, "it cannot be written");
    if (!configure(s, use) || (version < VERSION && use != STORE_READ && !migrate(s)))
        return refuse(status, EX_IOERR, why, store_problem(s));
    return true;
}

struct store *store_open(const char *path, enum store_use use, int *status, struct buf *why)
{
    struct store *s = xcalloc(1, sizeof *s);
    if (schema_open(s, path, use, status, why))
        return s;
    store_close(s);
    return NULL;
}
