import { textOf } from '#domain/catalogue/entry.ts';
import type { FieldNews, TextNews } from '#domain/collaboration/news.ts';
import { m } from '#i18n/generated/messages.js';
import { timeWords } from '#i18n/words.ts';
import { authorWords, fieldValueWords, fieldWords } from './value-words.ts';

/** What others made of a field: who, when, from what; of a long text only who and when. */
export function newsWords(profile: string, news: FieldNews | TextNews): string {
	if ('text' in news)
		return m.news_of_text({
			field: fieldWords(profile, news.text),
			name: authorWords(news),
			time: timeWords(news.at),
		});
	const before = news.from
		.filter((value) => value !== null && value !== '')
		.map((value) => fieldValueWords(profile, news.field, value) || textOf(value))
		.join(' / ');
	return m.news_of_field({
		field: fieldWords(profile, news.field),
		name: authorWords(news),
		time: timeWords(news.at),
		before: before || m.news_empty_before(),
	});
}
