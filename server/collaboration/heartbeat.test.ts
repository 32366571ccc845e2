import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually } from '#tests/support/eventually.ts';
import { watchLine } from './heartbeat.ts';

it('ends a line on which nothing comes back, and leaves one alone that only listens', async () => {
	const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
	onTestFinished(() => void server.close());
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	const ended: string[] = [];
	server.on('connection', (socket, request) => {
		watchLine(socket, { askMs: 20, silentMs: 70 });
		socket.on('close', () => ended.push(request.url ?? ''));
	});
	let asked = 0;
	const there = new WebSocket(`ws://127.0.0.1:${port}/there`);
	const gone = new WebSocket(`ws://127.0.0.1:${port}/gone`, { autoPong: false });
	onTestFinished(() => (there.terminate(), gone.terminate()));
	there.on('ping', () => asked++);
	await eventually(() => expect(ended).toEqual(['/gone']));
	const before = asked;
	await eventually(() => expect(asked).toBeGreaterThan(before + 6));
	expect(ended).toEqual(['/gone']);
});
