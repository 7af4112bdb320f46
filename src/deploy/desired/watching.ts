/** What tells people that something is wrong: alerts by mail, and a budget. */
import { type Body, type Resource, shortName } from '../resource.ts';
import { deliveriesOf } from './deliveries.ts';
import type { Plan } from './wanted.ts';

/** A night a day, and time for it to take. Longer than an absence of metrics can be watched for (23.5 h), hence a query. */
const NIGHT_HOURS = 26;

/** Before the first night has succeeded, none is missed; nor long after the last one was meant to. */
const WATCHED_DAYS = 8;

/** A wave's tasks wait for workers, by design; none waits for as long as this while workers take any. */
const STUCK_SECONDS = 3_600;

const MINUTE = '60s';

/** Shares of a month's budget at which its administrators are told; the last also when the month is foreseen to reach it. */
const THRESHOLDS = [0.5, 0.9, 1] as const;

export const watching = (plan: Plan): Resource[] => [
  ...(plan.alerts === undefined ? [] : [channel(plan, plan.alerts.email), ...alerts(plan)]),
  ...(plan.budget === undefined ? [] : [budget(plan, plan.budget.perMonth)]),
];

const displayName = ({ target }: Plan, what: string): string => `${target.name}: ${what}`;

/** As Monitoring gives names of its own, ours is what it displays. */
const channelName = (plan: Plan): string => `${plan.names.project}/notificationChannels/${displayName(plan, 'mail')}`;

const channel = (plan: Plan, email: string): Resource => ({
  kind: 'channel',
  name: channelName(plan),
  wave: 'callers',
  why: `mail to ${email}`,
  body: { type: 'email', labels: { email_address: email }, userLabels: plan.labels },
});

function alerts(plan: Plan): Resource[] {
  const workflow = shortName(plan.names.workflow);
  const executions = (status: string): string =>
    `workflows_googleapis_com:finished_execution_count{monitored_resource="workflows.googleapis.com/Workflow",workflow_id="${workflow}",status="${status}"}`;
  const succeeded = (range: string): string => `sum(increase(${executions('SUCCEEDED')}[${range}]))`;
  return [
    alert(plan, {
      what: 'no night has succeeded',
      why: `in ${NIGHT_HOURS} hours, once one had`,
      advice: '`daymill runs --cloud` shows the nights, `daymill report --cloud` the last one.',
      condition: {
        conditionPrometheusQueryLanguage: {
          query: `(${succeeded(`${NIGHT_HOURS}h`)} or vector(0)) < 1 and on() (${succeeded(`${WATCHED_DAYS}d`)} >= 1)`,
          evaluationInterval: '300s',
          duration: '0s',
        },
      },
    }),
    alert(plan, {
      what: 'a night has failed',
      why: 'the workflow ended with an error',
      advice: '`daymill runs --cloud` shows it, docs/guides/operate.md what to do.',
      condition: threshold({
        metric: 'workflows.googleapis.com/finished_execution_count',
        resource: 'workflows.googleapis.com/Workflow',
        labels: `resource.labels.workflow_id = "${workflow}" AND metric.labels.status = "FAILED"`,
        aligner: 'ALIGN_SUM',
        above: 0,
      }),
    }),
    alert(plan, {
      what: 'dead letters',
      why: 'messages that no worker took',
      advice: '`daymill dead-letters --cloud` shows them, and replays them.',
      condition: threshold({
        metric: 'pubsub.googleapis.com/subscription/num_undelivered_messages',
        resource: 'pubsub_subscription',
        labels: `resource.labels.subscription_id = "${plan.names.deadLetters}"`,
        aligner: 'ALIGN_MAX',
        above: 0,
      }),
    }),
    alert(plan, {
      what: 'tasks are stuck',
      why: `one was not acknowledged in ${STUCK_SECONDS / 60} minutes`,
      advice:
        '`daymill attempts --cloud` shows what was tried; 401 and 403 in a worker’s log are rights that are missing.',
      condition: threshold({
        metric: 'pubsub.googleapis.com/subscription/oldest_unacked_message_age',
        resource: 'pubsub_subscription',
        labels: `resource.labels.subscription_id = one_of(${deliveriesOf(plan)
          .map(({ subscription }) => `"${shortName(subscription)}"`)
          .join(', ')})`,
        aligner: 'ALIGN_MAX',
        above: STUCK_SECONDS,
      }),
    }),
  ];
}

interface Alert {
  readonly what: string;
  readonly why: string;
  readonly advice: string;
  readonly condition: Body;
}

const alert = (plan: Plan, { what, why, advice, condition }: Alert): Resource => ({
  kind: 'alert',
  name: `${plan.names.project}/alertPolicies/${displayName(plan, what)}`,
  wave: 'watching',
  why,
  body: {
    combiner: 'OR',
    conditions: [{ displayName: why, ...condition }],
    documentation: { content: `${why}. ${advice}`, mimeType: 'text/markdown' },
    notificationChannels: [channelName(plan)],
    userLabels: plan.labels,
  },
});

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#metricthreshold */
const threshold = (of: {
  readonly metric: string;
  readonly resource: string;
  readonly labels: string;
  readonly aligner: 'ALIGN_MAX' | 'ALIGN_SUM';
  readonly above: number;
}): Body => ({
  conditionThreshold: {
    filter: `resource.type = "${of.resource}" AND metric.type = "${of.metric}" AND ${of.labels}`,
    aggregations: [{ alignmentPeriod: MINUTE, perSeriesAligner: of.aligner }],
    comparison: 'COMPARISON_GT',
    thresholdValue: of.above,
    duration: '0s',
  },
});

const budget = (plan: Plan, perMonth: number): Resource => ({
  kind: 'budget',
  name: `${plan.names.project}/budgets/${plan.target.name}`,
  wave: 'watching',
  why: `${perMonth} a month for the whole project, in the billing account's currency; it tells, and stops nothing`,
  body: {
    budgetFilter: { projects: [`projects/${plan.number}`], calendarPeriod: 'MONTH' },
    amount: { specifiedAmount: { units: String(perMonth) } },
    thresholdRules: [
      ...THRESHOLDS.map((thresholdPercent) => ({ thresholdPercent, spendBasis: 'CURRENT_SPEND' })),
      { thresholdPercent: 1, spendBasis: 'FORECASTED_SPEND' },
    ],
  },
});
