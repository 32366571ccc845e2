import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { PERSON_HEADER } from '#sync/person-header.ts';
import { askAs, request, requestWithProgress } from './requests.ts';

it('every request of the page says whose it is, once that is known', async () => {
	const heard: IncomingHttpHeaders[] = [];
	const server = createServer((message, response) => {
		heard.push(message.headers);
		response.end('{"result":1}\n');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		askAs(undefined);
		server.close();
	});
	const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	await request(address);
	askAs('person-1');
	await request(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
	await requestWithProgress(address, {}, () => undefined, new AbortController().signal);
	expect(heard.map((headers) => headers[PERSON_HEADER])).toEqual([undefined, 'person-1', 'person-1']);
	expect(heard.map((headers) => headers['content-type'])).toEqual([
		undefined,
		'application/json',
		'application/json',
	]);
});
