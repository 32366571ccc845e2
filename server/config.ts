import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal } from '#domain/base/refusal.ts';
import { canonicalName } from './tls/tls-names.ts';

/** Where the certificate comes from: none, our own authority, or files of the archive. */
export type TlsChoice =
	| { readonly kind: 'off' | 'auto' }
	| { readonly kind: 'own'; readonly certificateFile: string; readonly keyFile: string };

/** What the process is told from outside. Nothing else reads `process.env`. */
export interface Config {
	readonly dataDir: string;
	/** Address to listen on. */
	readonly host: string;
	/** 0: any free port. */
	readonly port: number;
	/** Public origin (`https://archive.example`) when a proxy stands in front; undefined: taken from the request. */
	readonly origin: string | undefined;
	readonly tls: TlsChoice;
	/** Further names and addresses for the certificate of our own authority. */
	readonly tlsNames: readonly string[];
	readonly development: boolean;
	readonly logLevel: string;
	/** The log of a document nobody has edited for so long is compacted. */
	readonly compactAfterDays: number;
	/** Folders with copies of the archival store. */
	readonly copies: readonly string[];
	/** A folder in which the log is too; strict: nothing is acknowledged that is not there. */
	readonly logCopy: { readonly folder: string; readonly isStrict: boolean } | undefined;
}

/**
 * Reads the environment: `LANTAI_DATA` `LANTAI_HOST` `LANTAI_PORT` `LANTAI_ORIGIN` `LANTAI_TLS` `LANTAI_TLS_NAMES`
 * `LANTAI_LOG_LEVEL` `LANTAI_COMPACT_AFTER_DAYS` `LANTAI_COPIES`
 * `LANTAI_LOG_COPY` `LANTAI_LOG_COPY_STRICT`.
 * Options given on the command line win.
 * @throws {Refusal} 'config.port', 'config.origin', 'config.log-level', 'config.compact-after-days', 'tls.bad-option', 'tls.bad-name', 'tls.origin'
 */
export function readConfig(
	options: {
		readonly data?: string;
		readonly port?: string;
		readonly host?: string;
		readonly tls?: string;
		readonly development?: boolean;
		/** Log level when the environment names none. */
		readonly logLevel?: string;
	} = {},
	env: NodeJS.ProcessEnv = process.env,
): Config {
	const port = options.port ?? env['LANTAI_PORT'] ?? '8600';
	if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) throw new Refusal('config.port', { port });
	const logLevel = env['LANTAI_LOG_LEVEL'] ?? options.logLevel ?? 'info';
	if (!['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].includes(logLevel))
		throw new Refusal('config.log-level', { level: logLevel });
	const days = env['LANTAI_COMPACT_AFTER_DAYS'] || '30';
	if (!/^[1-9]\d{0,4}$/.test(days)) throw new Refusal('config.compact-after-days', { days });
	const origin = readOrigin(env['LANTAI_ORIGIN']);
	const tls = readTls(options.tls ?? env['LANTAI_TLS']);
	if (tls.kind !== 'off' && origin?.startsWith('http:')) throw new Refusal('tls.origin', { origin });
	return {
		dataDir: resolve(options.data ?? env['LANTAI_DATA'] ?? 'data'),
		host: options.host ?? env['LANTAI_HOST'] ?? '127.0.0.1',
		port: Number(port),
		origin,
		tls,
		tlsNames: readNames(env['LANTAI_TLS_NAMES']),
		development: options.development ?? false,
		logLevel,
		compactAfterDays: Number(days),
		copies: (env['LANTAI_COPIES'] ?? '')
			.split(',')
			.filter((path) => path.trim() !== '')
			.map((path) => resolve(path.trim())),
		logCopy: env['LANTAI_LOG_COPY']
			? { folder: resolve(env['LANTAI_LOG_COPY']), isStrict: env['LANTAI_LOG_COPY_STRICT'] === '1' }
			: undefined,
	};
}

function readOrigin(text: string | undefined): string | undefined {
	if (text === undefined || text === '') return undefined;
	const url = URL.parse(text);
	if (!url || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/')
		throw new Refusal('config.origin', { origin: text });
	return url.origin;
}

function readTls(text = 'off'): TlsChoice {
	if (text === '' || text === 'off') return { kind: 'off' };
	if (text === 'auto') return { kind: 'auto' };
	const [certificateFile, keyFile, ...more] = text.split(',').map((file) => file.trim());
	if (!certificateFile || !keyFile || more.length) throw new Refusal('tls.bad-option', { value: text });
	return { kind: 'own', certificateFile: resolve(certificateFile), keyFile: resolve(keyFile) };
}

function readNames(text = ''): string[] {
	return text
		.split(',')
		.filter((name) => name.trim() !== '')
		.map((name) => {
			const canonical = canonicalName(name);
			if (canonical === undefined) throw new Refusal('tls.bad-name', { name });
			return canonical;
		});
}

/** A language of the interface. */
export type Language = 'zh-CN' | 'en';

/** The language of the terminal by `LC_ALL`, `LC_MESSAGES` or `LANG`, the first that is set: Chinese, else English. */
export function terminalLanguage(env: NodeJS.ProcessEnv = process.env): Language {
	const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
	return /^zh/i.test(locale) ? 'zh-CN' : 'en';
}

/** Sessions signed with a guessable key can be forged. */
const MIN_SECRET_LENGTH = 32;

/**
 * The key that signs sessions: `LANTAI_SECRET`, else a file of the data directory made at the first start (mode 0600).
 * @throws {Refusal} 'config.secret' for one that could be guessed; 'storage.full' | 'storage.unwritable'
 */
export function readSecret(dataDir: string, env: NodeJS.ProcessEnv = process.env): string {
	const path = join(dataDir, 'secret');
	const secret = env['LANTAI_SECRET'] || readSecretFile(path) || makeSecretFile(path);
	if (secret.length < MIN_SECRET_LENGTH) throw new Refusal('config.secret', { min: MIN_SECRET_LENGTH, path });
	return secret;
}

/** Undefined when there is none, or an empty one: a crash or a full disk can leave that of its making. */
function readSecretFile(path: string): string | undefined {
	return existsSync(path) ? readFileSync(path, 'utf8').trim() || undefined : undefined;
}

/** Written whole under another name first, so that no half of it is ever taken for the key. */
function makeSecretFile(path: string): string {
	const secret = randomBytes(32).toString('base64url');
	try {
		writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flush: true });
		renameSync(`${path}.new`, path);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		rmSync(`${path}.new`, { force: true });
		throw code === 'ENOSPC' || code === 'EDQUOT'
			? new Refusal('storage.full', { path }, 507)
			: new Refusal('storage.unwritable', { path, reason: message });
	}
	return secret;
}

/** Where compiled code is kept between starts: as the environment says, else here. Workers read it from there too. */
export function compileCacheFolder(otherwise: string, env: NodeJS.ProcessEnv = process.env): string {
	return (env['NODE_COMPILE_CACHE'] ??= otherwise);
}
