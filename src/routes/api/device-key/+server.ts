import * as v from 'valibot';
import { answer } from '../answers.ts';
import { readBody } from '../person.ts';
import { demandSession, DeviceId } from './device.ts';

/** The key with which this device encrypts what it keeps for this person. */
export const POST = ({ locals, request, setHeaders }) =>
	answer(async () => {
		const { id } = demandSession(locals);
		setHeaders({ 'cache-control': 'no-store' });
		const { device } = await readBody(request, v.object({ device: DeviceId }));
		const key = await locals.app.permissions.deviceKeys.keyOf(
			id,
			device,
			request.headers.get('user-agent') ?? '',
		);
		return { key: key.toString('base64') };
	});
