import type { EntryRow } from '#domain/catalogue/rows.ts';
import { levelOf } from '#domain/catalogue/profile.ts';
import { m } from '#i18n/generated/messages.js';
import { labelOf } from '#i18n/words.ts';
import type { MenuEntry } from '#ui/menu-entry.ts';
import type { EntryActions } from './entry-actions.svelte.ts';
import { levelIcon, profileOrFirst } from './entry-words.ts';

/** Levels whose entries have numbers of their own. */
const NUMBERED = ['file', 'item'];

/** What can be done with an entry, as the lines of a menu: the same at its card, in the tree and in the list. */
export function actionEntries(actions: EntryActions, entry: EntryRow, mayEdit: boolean): MenuEntry[] {
	const exports: MenuEntry[] = [
		{
			label: m.catalogue_action_export_ead3(),
			icon: 'download',
			href: `/api/exports/${entry.id}?format=ead3`,
			download: true,
		},
		{
			label: m.catalogue_action_export_json(),
			icon: 'download',
			href: `/api/exports/${entry.id}?format=json`,
			download: true,
		},
		{
			label: m.catalogue_action_export_bag(),
			icon: 'download',
			href: `/api/exports/${entry.id}?format=bagit`,
			download: true,
		},
	];
	const review: MenuEntry[] =
		actions.mayReview && entry.status === 'active'
			? [
					{
						label: m.review_below_action(),
						icon: 'check',
						onselect: () => (actions.dialog = { kind: 'review', entry }),
					},
					{
						label: m.orders_new_below(),
						icon: 'list',
						href: `/orders/new?under=${entry.id}`,
					},
					{ label: m.codes_action(), icon: 'list-numbered', href: `/codes/renumber?under=${entry.id}` },
					...(actions.isStaff && NUMBERED.includes(entry.level)
						? [
								{
									label: m.codes_block_action(),
									icon: 'list-numbered' as const,
									onselect: () => (actions.dialog = { kind: 'reserve', entry }),
								},
							]
						: []),
				]
			: [];
	const purge: MenuEntry[] = actions.isStaff
		? [{ label: m.purges_propose(), icon: 'trash', href: `/administration/purges?entry=${entry.id}` }]
		: [];
	if (entry.status === 'purged') return [];
	if (!mayEdit) return [...review, ...exports, ...purge];
	if (entry.status === 'deleted')
		return [
			{
				label: m.catalogue_action_restore(),
				icon: 'undo',
				onselect: () => void actions.restore(entry),
			},
			{ kind: 'separator' },
			...exports,
			...purge,
		];
	const profile = profileOrFirst(entry.profile);
	const children = levelOf(profile, entry.level)?.children ?? [];
	return [
		...children.map((level): MenuEntry => {
			const known = levelOf(profile, level);
			return {
				label: m.catalogue_action_new_child_of({ level: known ? labelOf(known.label) : level }),
				icon: levelIcon(level),
				onselect: () => (actions.dialog = { kind: 'new', parent: entry, level }),
			};
		}),
		{
			label: m.catalogue_action_new_child(),
			icon: 'plus',
			shortcut: 'Alt+N',
			onselect: () => (actions.dialog = { kind: 'new', parent: entry }),
		},
		{ kind: 'separator' },
		{
			label: m.catalogue_action_move(),
			icon: 'move',
			shortcut: 'Alt+M',
			onselect: () => (actions.dialog = { kind: 'move', entry }),
		},
		{
			label: m.catalogue_action_up(),
			icon: 'arrow-up',
			shortcut: 'Alt+ArrowUp',
			onselect: () => void actions.moveBy(entry, -1),
		},
		{
			label: m.catalogue_action_down(),
			icon: 'arrow-down',
			shortcut: 'Alt+ArrowDown',
			onselect: () => void actions.moveBy(entry, 1),
		},
		{
			label: m.catalogue_action_cut(),
			icon: 'cut',
			shortcut: 'Mod+X',
			onselect: () => actions.cutEntry(entry),
		},
		{
			label: m.catalogue_action_paste(),
			icon: 'paste',
			shortcut: 'Mod+V',
			disabled: actions.cut === undefined || actions.cut.id === entry.id,
			onselect: () => void actions.paste(entry),
		},
		{ kind: 'separator' },
		...review,
		...exports,
		{ kind: 'separator' },
		{
			label: m.catalogue_action_delete(),
			icon: 'trash',
			danger: true,
			onselect: () => (actions.dialog = { kind: 'delete', entry }),
		},
		...purge,
	];
}
