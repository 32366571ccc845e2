import type { Params } from '#domain/base/refusal.ts';
import type { App as RunningApp } from '#server/app.ts';
import type { Identity } from '#server/permissions/identity.ts';

declare global {
	namespace App {
		interface Error {
			/** What to show: a refusal code, or `server.failed`. */
			message: string;
			params?: Params;
			/** Number under which the log has the details of a bug. */
			id?: string;
		}

		interface Locals {
			/** The running archive. */
			app: RunningApp;
			/** Who asks, when somebody is signed in. */
			identity: Identity | undefined;
			/** Language of the answer: `zh-CN` or `en`. */
			language: string;
		}
	}
}

export {};
