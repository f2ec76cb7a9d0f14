/* SPDX-License-Identifier: MIT */
/* The system's SQLite, loaded when an inbox is opened: a tool that opens none starts as fast as without it.
 *
 * sqlite.open_v2 is sqlite3_open_v2(), and so on. */
#ifndef RELAY_INBOX_SQLITE_H
#define RELAY_INBOX_SQLITE_H

#include <sqlite3.h>

/* clang-format off */
#define SQLITE_CALLS(F) \
    F(open_v2) F(close_v2) F(busy_timeout) F(extended_result_codes) F(db_readonly) F(db_config) \
    F(errmsg) F(errstr) F(errcode) F(system_errno) F(exec) F(changes) F(last_insert_rowid) F(get_autocommit) \
    F(prepare_v3) F(step) F(reset) F(finalize) F(clear_bindings) \
    F(bind_int64) F(bind_text) F(bind_null) \
    F(column_int64) F(column_text) F(column_bytes) F(column_type)
/* clang-format on */

#define SQLITE_MEMBER(name) __typeof__(sqlite3_##name) *name;
struct sqlite {
    SQLITE_CALLS(SQLITE_MEMBER)
};
#undef SQLITE_MEMBER

/* Filled in by sqlite_load(). */
extern struct sqlite sqlite;

/* Loads the library, once. Returns NULL, or why it cannot be loaded. */
const char *sqlite_load(void);

#endif
