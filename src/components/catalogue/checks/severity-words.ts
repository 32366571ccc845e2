import type { RuleSeverity } from '#domain/catalogue/rules/rule.ts';
import { m } from '#i18n/generated/messages.js';
import type { IconName } from '#ui/icons.ts';

const WORDS = { E: m.checks_severity_E, W: m.checks_severity_W, I: m.checks_severity_I };
const ICONS: Readonly<Record<RuleSeverity, IconName>> = { E: 'warning', W: 'help', I: 'info' };
const TONES = { E: 'accent', W: 'caution', I: 'plain' } as const;

/** How much a finding weighs: in words, by a sign, and by a colour that is never the only signal. */
export const severityWords = (severity: RuleSeverity): string => WORDS[severity]();
export const severityIcon = (severity: RuleSeverity): IconName => ICONS[severity];
export const severityTone = (severity: RuleSeverity): 'accent' | 'caution' | 'plain' => TONES[severity];
