import { Answers } from '#client/answers.ts';
import { checksClient } from '#client/checks-client.ts';
import { isRefusal } from '#domain/base/refusal.ts';
import { refusalWords } from '#i18n/refusal-words.ts';
import type { CampaignDetail } from '#server/catalogue/checks/shown-campaign.ts';
import { notify } from '#ui/announcer.svelte.ts';

/** How often a campaign in which something goes on is asked how far it is. */
const ASK_MS = 1000;

/** A campaign as it stands: asked again while something goes on in it, and after whatever is done with it. */
export class FollowedCampaign {
	current = $state.raw<CampaignDetail>() as CampaignDetail;
	isBusy = $state(false);
	#answers = new Answers();

	constructor(campaign: CampaignDetail) {
		this.current = campaign;
	}

	get isRunning(): boolean {
		return this.current.state === 'running' || this.current.state === 'waiting';
	}

	/** Suggestions are being taken, or taken back. */
	get isFixing(): boolean {
		return this.current.fixes.some(({ state }) => state === 'applying' || state === 'undoing');
	}

	/** Asks while something goes on. @returns stops it */
	follow(): () => void {
		if (!this.isRunning && !this.isFixing) return () => undefined;
		const timer = setInterval(() => void this.read(), ASK_MS);
		return () => clearInterval(timer);
	}

	/** Reads it again; what is shown stays while the server is away. */
	async read(): Promise<void> {
		const isWanted = this.#answers.ask();
		try {
			const found = await checksClient.show(this.current.id);
			if (isWanted()) this.current = found;
		} catch (error) {
			if (!isRefusal(error)) throw error;
		}
	}

	/** Does something short with it; what went wrong is told. */
	async run(work: () => Promise<CampaignDetail>, words?: string): Promise<void> {
		if (this.isBusy) return;
		this.isBusy = true;
		try {
			this.current = await work();
			this.#answers.overtake();
			if (words !== undefined) notify(words);
		} catch (error) {
			if (!isRefusal(error)) throw error;
			notify(refusalWords(error.code, error.params), { tone: 'accent' });
			await this.read();
		} finally {
			this.isBusy = false;
		}
	}
}
