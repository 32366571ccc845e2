/** What to look for in a trace. A marker is found as text, or by a pattern in the text strace prints. */
export interface DurableMarkers {
	/** In the bytes of the update, as written into the write-ahead log. */
	readonly payloadMarker: string | RegExp;
	/** In the bytes that tell the client: written to a pipe or sent over a socket. */
	readonly ackMarker: string | RegExp;
}

/** The lines of the trace that prove the order, or why it is not proven. */
export type DurableOrder =
	| { readonly ok: true; readonly write: string; readonly sync: string; readonly ack: string }
	| { readonly ok: false; readonly reason: string };

interface Call {
	readonly name: string;
	/** What stands between the brackets, as printed. */
	readonly args: string;
	/** Path, socket or pipe of the first argument, by `strace -y`. */
	readonly target: string;
	readonly startLine: number;
	endLine: number;
	result: string;
}

const WRITES = new Set(['write', 'pwrite64', 'pwritev', 'pwritev2', 'writev']);
const ACKS = new Set([...WRITES, 'sendto', 'sendmsg']);
const SYNCS = new Set(['fsync', 'fdatasync']);

/** What strace has to trace, and how, for {@link findDurableOrder}. */
export const STRACE_ARGUMENTS = [
	'-f',
	'-y',
	// Whole pages of the write-ahead log, or the marker would be cut off.
	'-s',
	'70000',
	'-e',
	`trace=${[...ACKS, ...SYNCS].join(',')}`,
] as const;

/**
 * Whether an update was on the disk before anybody was told so: its write into a write-ahead log (`…-wal`) ended, then
 * a sync of that very file began and ended well, then the acknowledgement was begun. Takes the output of
 * `strace` with {@link STRACE_ARGUMENTS}. A kill test cannot see this: the page cache survives the process.
 */
export function findDurableOrder(trace: string, markers: DurableMarkers): DurableOrder {
	const calls = parseTrace(trace);
	const ack = calls.find((call) => ACKS.has(call.name) && !isLog(call) && has(call.args, markers.ackMarker));
	if (!ack) return { ok: false, reason: 'the acknowledgement is not in the trace' };
	const write = calls.find(
		(call) => WRITES.has(call.name) && isLog(call) && has(call.args, markers.payloadMarker),
	);
	if (!write) return { ok: false, reason: 'the update was never written into a write-ahead log' };
	if (write.endLine >= ack.startLine)
		return { ok: false, reason: 'the update was written after its acknowledgement' };
	const syncs = calls.filter((call) => SYNCS.has(call.name) && call.target === write.target);
	const sync = syncs.find(
		(call) => call.startLine > write.endLine && call.endLine < ack.startLine && call.result.startsWith('0'),
	);
	if (!sync)
		return {
			ok: false,
			reason: `${write.target} was not synchronised between the write and the acknowledgement`,
		};
	return { ok: true, write: shown(write), sync: shown(sync), ack: shown(ack) };
}

function isLog(call: Call): boolean {
	return call.target.endsWith('-wal');
}

function has(text: string, marker: string | RegExp): boolean {
	return typeof marker === 'string' ? text.includes(marker) : marker.test(text);
}

function shown({ startLine, name, target }: Call): string {
	return `line ${startLine + 1}: ${name} ${target}`;
}

/** The calls in the order they began. A call that another thread interrupted in print is put together again. */
function parseTrace(trace: string): Call[] {
	const calls: Call[] = [];
	const open = new Map<string, Call>();
	trace.split('\n').forEach((line, index) => {
		const [, thread = '', rest = ''] = /^(\d+)?\s*(.*)$/s.exec(line) ?? [];
		const resumed = /^<\.\.\. (\w+) resumed>(.*)$/s.exec(rest);
		if (resumed) {
			const call = open.get(thread);
			open.delete(thread);
			if (call) {
				call.endLine = index;
				call.result = resultOf(resumed[2] ?? '');
			}
			return;
		}
		const [, name, args = ''] = /^(\w+)\((.*)$/s.exec(rest) ?? [];
		if (!name) return;
		const call: Call = {
			name,
			args,
			target: /^\d+<(.*?)>(?:[,)<\s]|$)/.exec(args)?.[1] ?? '',
			startLine: index,
			endLine: Number.MAX_SAFE_INTEGER,
			result: '',
		};
		calls.push(call);
		if (rest.endsWith('<unfinished ...>')) open.set(thread, call);
		else {
			call.endLine = index;
			call.result = resultOf(args);
		}
	});
	return calls;
}

function resultOf(text: string): string {
	return /\)\s*=\s*(-?\d+.*)$/s.exec(text)?.[1] ?? '';
}
