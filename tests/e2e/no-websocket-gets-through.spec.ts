import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { startArchive, type Archive } from './archive.ts';
import { layLine, startDevice, type Device, type Line } from './device.ts';
import { anyWaiting, retitle, title, titleBox } from './entry-card.ts';

let archive: Archive;
let line: Line;
let device: Device;

test.beforeEach(async () => {
	archive = await startArchive({ holdings: 'tiny', tls: 'auto' });
	await archive.addPerson('甲', 'archivist');
	line = await layLine(archive, await mkdtemp(join(tmpdir(), 'lantai-device-')));
	device = await startDevice(line);
});

test.afterEach(async () => {
	await device.close();
	await line.proxy.close();
	await archive.stop();
	await rm(line.profile, { recursive: true, force: true });
});

for (const mode of ['refused', 'silent'] as const)
	test(
		`a proxy leaves requests for a WebSocket ${mode}: work goes on over HTTP, and back when it can`,
		{ tag: '@long' },
		async () => {
			const id = await archive.anItem();
			line.proxy.upgrades(mode);
			await device.signIn('甲', `/catalogue/${id}`);
			const { page } = device;
			const notice = page.getByRole('status').filter({ hasText: '实时通道被网络设备拦住' });
			await expect(notice).toBeVisible({ timeout: 30_000 });
			// Said once, quietly: nothing else complains.
			await expect(page.getByRole('alert')).toHaveCount(0);
			await expect(titleBox(page)).toBeEditable();

			await retitle(page, '合成题名：没有实时通道');
			await expect.poll(() => archive.titleOf(id), { timeout: 20_000 }).toBe('合成题名：没有实时通道');
			await expect(anyWaiting(page)).toHaveCount(0, { timeout: 20_000 });

			// What somebody else does arrives with the next turn.
			await archive.verb(['set', id, 'title', '合成题名：别人改的']);
			await expect(title(page)).toContainText('合成题名：别人改的', { timeout: 20_000 });
			await retitle(page, '合成题名：看到以后再改');
			await expect.poll(() => archive.titleOf(id), { timeout: 20_000 }).toBe('合成题名：看到以后再改');

			// The line breaks altogether, and comes back without a WebSocket still.
			await device.goOffline();
			await expect(page.getByText('连不上服务器，正在重连。')).toBeVisible({ timeout: 20_000 });
			await retitle(page, '合成题名：又断了线');
			await device.goOnline();
			await expect.poll(() => archive.titleOf(id), { timeout: 30_000 }).toBe('合成题名：又断了线');
			await expect(notice).toBeVisible({ timeout: 30_000 });

			line.proxy.upgrades('pass');
			await expect(notice).toHaveCount(0, { timeout: 30_000 });
			await archive.verb(['set', id, 'title', '合成题名：实时通道通了']);
			await expect(title(page)).toContainText('合成题名：实时通道通了');
			await retitle(page, '合成题名：全程无遗失');
			await expect.poll(() => archive.titleOf(id)).toBe('合成题名：全程无遗失');
			await expect(anyWaiting(page)).toHaveCount(0);
			for (const text of ['没有实时通道', '看到以后再改', '又断了线', '全程无遗失'])
				expect(archive.timesLogged(id, 'title', `合成题名：${text}`), text).toBe(1);
		},
	);
