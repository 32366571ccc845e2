import { answer } from '../../answers.ts';
import { parseBody } from '../../person.ts';
import { demandSession, DeviceId } from '../device.ts';

/** Withdraws one of one's own devices: what it keeps can never be opened again. */
export const DELETE = ({ locals, params }) =>
	answer(async () => {
		const { id } = demandSession(locals);
		await locals.app.permissions.deviceKeys.revoke(id, parseBody(params.device, DeviceId));
		return {};
	});
