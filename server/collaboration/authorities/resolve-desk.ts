import { must } from '#domain/base/assert.ts';
import { dayAt, type Clock } from '#domain/base/clock.ts';
import { Refusal } from '#domain/base/refusal.ts';
import { dayOfIso } from '#domain/catalogue/archival-date/days.ts';
import { newestName } from '#domain/catalogue/authorities/authority-definition.ts';
import type { Authority } from '#domain/catalogue/authorities/authority.ts';
import { withChanged } from '#domain/catalogue/authorities/changed-lookup.ts';
import { isDayText } from '#domain/catalogue/authorities/dated-text.ts';
import { decideShortForm, type ShortFormDecision } from '#domain/catalogue/authorities/resolve.ts';
import { isAcceptable } from '#domain/catalogue/registers/register-problems.ts';
import type { RegisterContent, RegisterProblem } from '#domain/catalogue/registers/register.ts';
import { MAX_ORDER_ROWS, type OrderRule } from '#domain/collaboration/orders.ts';
import { demand } from '#domain/permissions/permissions.ts';
import type { AuthorityList } from '#server/catalogue/authorities/authority-list.ts';
import type { Registers } from '#server/catalogue/registers/registers.ts';
import { actorOf, type Identity } from '#server/permissions/identity.ts';
import type { Storage } from '#server/storage/storage.ts';
import type { OrderDesk } from '../orders/order-desk.ts';
import type { OrderDetail, OrderPreview } from '../orders/shown-order.ts';
import { planShortForm, type ShortFormPlan } from './short-form-plan.ts';

/** What a decision about a short form would do, or did. */
export interface ResolveOutcome {
	readonly authority: { readonly id: string; readonly title: string };
	/** Whom else the short form can mean in that time. */
	readonly ambiguousWith: readonly { readonly id: string; readonly title: string }[];
	/** What is wrong with the authority as it would be; only with warnings is anything done. */
	readonly problems: readonly RegisterProblem[];
	/** Groups and examples; undefined where nothing would change. */
	readonly preview: OrderPreview | undefined;
	readonly rows: number;
	readonly byFonds: readonly { readonly id: string; readonly title: string; readonly rows: number }[];
	readonly left: ShortFormPlan['left'];
	/** The short form is on the list. */
	readonly isSaved: boolean;
	/** What repairs the rows there are: one order, to be checked by somebody else. */
	readonly order: Pick<OrderDetail, 'id' | 'number' | 'rows'> | undefined;
}

interface Parts {
	readonly storage: Storage;
	readonly clock: Clock;
	readonly registers: Registers;
	readonly list: AuthorityList;
	readonly orders: Pick<OrderDesk, 'preview' | 'create'>;
}

/** One decision, "this short form in these years means this body", repairs every row it fits. */
export class ResolveDesk {
	#parts: Parts;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	/**
	 * Shows what the decision changes, or puts the short form on the list and makes one correction order of all rows.
	 * Drafts are in the order like registered entries, so that it is checked and taken back as one.
	 * @throws {Refusal} 'permissions.denied' · 'catalogue.unknown-record' (404) · 'catalogue.bad-short-form' naming the field ·
	 * 'collaboration.order-too-large' (413) · 'collaboration.order-without-reason'
	 */
	async resolve(
		identity: Identity,
		decision: ShortFormDecision,
		{ why, isPreview }: { readonly why: string; readonly isPreview: boolean },
	): Promise<ResolveOutcome> {
		const { storage, clock, registers, list, orders } = this.#parts;
		const { person } = identity;
		demand(person, 'edit', { kind: 'register', register: 'authority' });
		demand(person, 'comment', { kind: 'orders' });
		demandDecision(decision);
		const record = registers.get<Authority>('authority', decision.authorityId);
		if (!record || record.isWithdrawn)
			throw new Refusal(
				'catalogue.unknown-record',
				{ register: 'authority', id: decision.authorityId.slice(0, 64) },
				404,
			);
		if (!isPreview && why.trim() === '') throw new Refusal('collaboration.order-without-reason');
		const { content, ambiguousWith } = decideShortForm(decision, record.content, list.lookup);
		const changes = [
			{ id: record.id, based: record.version, content: content as unknown as RegisterContent },
		];
		const actor = actorOf(identity);
		let { problems } = await registers.save('authority', changes, why, actor, { isTrial: true });
		const plan = await planShortForm(
			storage,
			person,
			decision,
			withChanged(list.lookup, record.id, content),
			must(dayOfIso(dayAt(clock)), 'a day of the clock'),
		);
		if (plan.rows.length > MAX_ORDER_ROWS)
			throw new Refusal('collaboration.order-too-large', { limit: MAX_ORDER_ROWS }, 413);
		const title = newestName(record.content);
		const rule: OrderRule = { kind: 'rows', file: `${decision.text} → ${title}`, rows: plan.rows };
		const preview = plan.rows.length > 0 ? await orders.preview(identity, rule) : undefined;
		let order: ResolveOutcome['order'];
		let isSaved = false;
		if (!isPreview && isAcceptable(problems)) {
			// First the list: whoever types from now on is offered the name already. Others may have saved it meanwhile.
			({ problems } = await registers.save('authority', changes, why, actor));
			isSaved = isAcceptable(problems);
			if (isSaved && plan.rows.length > 0) order = await orders.create(identity, rule, why);
		}
		return {
			authority: { id: record.id, title },
			ambiguousWith: ambiguousWith.map(({ id, authority }) => ({ id, title: newestName(authority) })),
			problems,
			preview,
			rows: plan.rows.length,
			byFonds: await this.#fondsOf(plan),
			left: plan.left,
			isSaved,
			order: order && { id: order.id, number: order.number, rows: order.rows },
		};
	}

	async #fondsOf({ byFonds }: ShortFormPlan): Promise<ResolveOutcome['byFonds']> {
		const ids = [...byFonds.keys()];
		if (ids.length === 0) return [];
		const rows = await this.#parts.storage.db
			.selectFrom('entry')
			.select(['id', 'title', 'reference_code'])
			.where('id', 'in', ids)
			.execute();
		return rows
			.map(({ id, title, reference_code: code }) => ({
				id,
				title: [code, title].filter(Boolean).join(' '),
				rows: byFonds.get(id) ?? 0,
			}))
			.toSorted((a, b) => b.rows - a.rows);
	}
}

function demandDecision({ text, from, to }: ShortFormDecision): void {
	const wrong = (field: string, value: string): Refusal =>
		new Refusal('catalogue.bad-short-form', { field, value: value.slice(0, 40) });
	if (text.trim() === '' || text.length > 100) throw wrong('text', text);
	if (from !== undefined && !isDayText(from)) throw wrong('from', from);
	if (to !== undefined && !isDayText(to)) throw wrong('to', to);
}
