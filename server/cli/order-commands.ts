import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { ORDER_STATES } from '#domain/collaboration/orders.ts';

/** What the commands of orders are told. */
export interface OrderOptions {
	readonly under?: string;
	readonly field?: string;
	readonly value?: string;
	readonly replace?: string;
	readonly with?: string;
	readonly whereField?: string;
	readonly equals?: string;
	readonly contains?: string;
	readonly level?: string;
	readonly fromYear?: string;
	readonly toYear?: string;
	readonly file?: string;
	readonly why?: string;
	readonly draft?: boolean;
	readonly preview?: boolean;
	readonly mine?: boolean;
	readonly waiting?: boolean;
	readonly state?: string;
	readonly limit?: string;
	readonly rows?: string;
	readonly size?: string;
	readonly group?: string;
}

/** Adds `order create|list|show|…` to the command line. */
export function addOrderCommands(
	program: Command,
	say: (key: string) => string,
	leaf: (
		command: Command,
		verb: string,
		argsOf: (options: OrderOptions, operands: readonly string[]) => Record<string, unknown>,
	) => void,
	numbers: {
		/** From 1. */
		readonly countOf: (argument: string, value: string) => number;
	},
): void {
	const { countOf } = numbers;
	const order = program.command('order').description(say('cli_order'));
	const why = (command: Command): Command => command.option('--why <reason>', say('cli_order_create_why'));
	const maybe = (argument: string, value: string | undefined): number | undefined =>
		value === undefined ? undefined : countOf(argument, value);

	leaf(
		why(order.command('create'))
			.option('--under <id>', say('cli_order_create_under'))
			.option('--field <field>', say('cli_order_create_field'))
			.option('--value <value>', say('cli_order_create_value'))
			.option('--replace <words>', say('cli_order_create_replace'))
			.option('--with <words>', say('cli_order_create_with'))
			.option('--where-field <field>', say('cli_order_create_where'))
			.option('--equals <words>', say('cli_order_create_equals'))
			.option('--contains <words>', say('cli_order_create_contains'))
			.option('--level <level>', say('cli_order_create_level'))
			.option('--from-year <year>', say('cli_order_create_from'))
			.option('--to-year <year>', say('cli_order_create_to'))
			.option('--file <file>', say('cli_order_create_file'))
			.option('--draft', say('cli_order_create_draft'))
			.option('--preview', say('cli_order_create_preview')),
		'order-create',
		(options) => ({
			under: options.under,
			field: options.field,
			value: options.value,
			words: options.replace,
			by: options.with,
			where: {
				field: options.whereField,
				equals: options.equals,
				contains: options.contains,
				level: options.level,
				fromYear: maybe('--from-year', options.fromYear),
				toYear: maybe('--to-year', options.toYear),
			},
			file: options.file === undefined ? undefined : resolve(options.file),
			why: options.why ?? '',
			isDraft: options.draft ?? false,
			isPreview: options.preview ?? false,
		}),
	);
	leaf(
		order
			.command('list')
			.option('--mine', say('cli_order_list_mine'))
			.option('--waiting', say('cli_order_list_waiting'))
			.addOption(new Option('--state <state>', say('cli_order_list_state')).choices(ORDER_STATES))
			.option('--limit <n>', say('cli_conflicts_limit')),
		'order-list',
		({ mine, waiting, state, limit }) => ({
			show: waiting ? 'waiting' : mine ? 'mine' : undefined,
			state,
			limit: countOf('--limit', limit ?? '100'),
		}),
	);
	leaf(
		order.command('show <order>').option('--rows <n>', say('cli_order_show_rows')),
		'order-show',
		({ rows }, [name]) => ({ order: name, rows: countOf('--rows', rows ?? '20') }),
	);
	leaf(order.command('submit <order>'), 'order-submit', (_options, [name]) => ({ order: name }));
	leaf(order.command('withdraw <order>'), 'order-withdraw', (_options, [name]) => ({ order: name }));
	leaf(
		order.command('sample <order>').option('--size <n>', say('cli_order_sample_size')),
		'order-sample',
		({ size }, [name]) => ({ order: name, size: maybe('--size', size) }),
	);
	leaf(
		why(order.command('judge <order> <verdict>'))
			.option('--rows <numbers>', say('cli_order_judge_rows'))
			.option('--group <n>', say('cli_order_judge_group')),
		'order-judge',
		({ rows, group, why: reason }, [name, verdict]) => ({
			order: name,
			verdict,
			// As people count, from 1.
			rows: rows?.split(/[,，\s]+/).map((each) => countOf('--rows', each) - 1),
			group: group === undefined ? undefined : countOf('--group', group) - 1,
			why: reason ?? '',
		}),
	);
	leaf(
		why(order.command('decide <order> <verdict>')),
		'order-decide',
		({ why: reason }, [name, verdict]) => ({ order: name, verdict, why: reason ?? '' }),
	);
	leaf(why(order.command('undo <order>')), 'order-undo', ({ why: reason }, [name]) => ({
		order: name,
		why: reason ?? '',
	}));
}
