import { checksClient } from '#client/checks-client.ts';
import { loadRuleWords } from '#i18n/rule-words.ts';
import { loading } from '../../../../loading.ts';

export const load = ({ params }) =>
	loading(async () => {
		const [campaign] = await Promise.all([checksClient.show(params.id), loadRuleWords()]);
		return { campaign };
	});
