import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
	`create table setting (key text primary key, value text not null)`,
	`create table user (
		id text primary key, name text not null, email text not null unique, emailVerified integer not null default 0,
		image text, createdAt text not null, updatedAt text not null, username text not null unique, displayUsername text,
		role text not null default 'reader', fonds text, access_statuses text, disabled_at text)`,
	`create table session (
		id text primary key, userId text not null references user (id) on delete cascade, token text not null unique,
		expiresAt text not null, ipAddress text, userAgent text, createdAt text not null, updatedAt text not null)`,
	`create index session_user on session (userId)`,
	`create table account (
		id text primary key, accountId text not null, providerId text not null,
		userId text not null references user (id) on delete cascade, accessToken text, refreshToken text, idToken text,
		accessTokenExpiresAt text, refreshTokenExpiresAt text, scope text, password text, createdAt text not null,
		updatedAt text not null)`,
	`create index account_user on account (userId)`,
	`create table verification (
		id text primary key, identifier text not null, value text not null, expiresAt text not null,
		createdAt text not null, updatedAt text not null)`,
	`create table api_token (
		id text primary key, user_id text not null references user (id) on delete cascade, name text not null,
		hash text not null unique, scopes text not null, created_at text not null, expires_at text not null,
		last_used_at text, revoked_at text)`,
	`create index api_token_user on api_token (user_id)`,
	`create table entry (
		row_id integer primary key, id text not null unique, parent_id text, order_key text not null, level text not null,
		profile text not null, status text not null, title text not null, reference_code text not null,
		date_text text not null, creators_text text not null, fields text not null, bodies text not null, conflicts text,
		conflict_count integer not null, fonds_id text not null, own_access text, access_status text not null,
		hidden integer not null, import_row integer not null, synthetic integer not null, problems text,
		projected_seq integer not null, deposited_seq integer, created_at text not null, updated_at text not null)`,
	`create index entry_children on entry (parent_id, status, order_key, id)`,
	`create index entry_fonds on entry (fonds_id)`,
	`create index entry_import on entry (import_row)`,
	`create index entry_code on entry (reference_code, row_id)`,
	`create index entry_undeposited on entry (projected_seq, deposited_seq) where projected_seq > 0`,
	`create index entry_conflicts on entry (conflict_count) where conflict_count > 0`,
	`create index entry_synthetic on entry (synthetic) where synthetic = 1`,
	`create table import (
		row_id integer primary key, id text not null unique, state text not null, file_name text not null,
		format text not null, profile text not null, under_id text, root_ids text not null, entries integer not null,
		report text not null, actor_id text not null, actor_name text not null, via text, synthetic integer not null,
		created_at text not null, accepted_at text, deposited_version text)`,
	`create index import_state on import (state)`,
	`create table import_event (
		id integer primary key, import_id text not null, kind text not null, detail text not null, actor_id text not null,
		at text not null)`,
	`create index import_event_import on import_event (import_id)`,
	`create table log_update (
		seq integer primary key autoincrement, doc text not null, kind text not null, payload blob not null,
		actor_id text not null, actor_name text not null, via text, received_at text not null)`,
	`create index log_update_doc on log_update (doc, seq)`,
	`create index log_update_snapshot on log_update (doc, seq) where kind = 'snapshot'`,
	`create table log_head (doc text primary key, seq integer not null, updates integer not null, bytes integer not null)`,
	`create table entry_change (
		id integer primary key, doc text not null, seq integer not null, element_id text not null, field text not null,
		from_values text not null, to_value text not null, actor_id text not null, actor_name text not null, via text,
		received_at text not null, claimed_by text not null, claimed_at text not null)`,
	`create index entry_change_doc on entry_change (doc, seq)`,
	`create index entry_change_element on entry_change (doc, element_id)`,
	`create table deposit (
		id integer primary key, entry_id text not null, object_id text not null, version text not null, kind text not null,
		seq integer not null, at text not null)`,
	`create index deposit_entry on deposit (entry_id)`,
	`create table audit (
		seq integer primary key autoincrement, at text not null, actor_id text not null, actor_name text not null, via text,
		action text not null, object text not null, detail text not null)`,
	// Only blanks separate: SQLite's Unicode tables are of 2012 and would drop every letter that came later.
	`create virtual table entry_text using fts5 (
		words, chars, content = '', contentless_delete = 1,
		tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'")`,
	// Imports write many small segments: merging them in fours would write every token three times over.
	`insert into entry_text (entry_text, rank) values ('automerge', 16)`,
	`insert into entry_text (entry_text, rank) values ('crisismerge', 64)`,
];

/** The tables of the first release. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
