import type { ConflictCause, ConflictChoice } from '#domain/collaboration/conflicts.ts';
import { m } from '#i18n/generated/messages.js';

/** How several values came to stand beside each other. */
export function causeWords(cause: ConflictCause): string {
	return {
		together: m.conflicts_cause_together,
		offline: m.conflicts_cause_offline,
		bulk: m.conflicts_cause_bulk,
		recovered: m.conflicts_cause_recovered,
	}[cause]();
}

/** What a choice lets stand. */
export function choiceWords(choice: ConflictChoice, nameOf: (actorId: string) => string): string {
	switch (choice.kind) {
		case 'newest':
			return m.conflicts_choice_newest();
		case 'oldest':
			return m.conflicts_choice_oldest();
		case 'person':
			return m.conflicts_choice_person({ name: nameOf(choice.actorId) });
		case 'element':
			return m.conflicts_choice_value();
	}
}
