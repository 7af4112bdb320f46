/** A series against its organization's limits, which have Mimir's names. Pure. */
import type { OrganizationLimits } from '../model/limits.ts';
import { metricName, NAME_LABEL, type Series } from '../model/series.ts';
import type { Refusal } from '../model/series-resolver.ts';

/** Characters of a name that a message shows. */
const SHOWN = 60;

/** Undefined when it may be. */
export function checkSeries({ labels }: Series, limits: OrganizationLimits): Refusal | undefined {
  const name = metricName(labels);
  if (name === undefined)
    return { code: 'BAD_NAME', reason: `it has no name. Send one, as the label ${NAME_LABEL} where labels are sent.` };
  const of = shown(name);
  // Beside the name, as Mimir counts them.
  const { max_label_names_per_series: most } = limits;
  if (labels.length - 1 > most) {
    const reason = `${of} has ${labels.length - 1} labels, and max_label_names_per_series is ${most}. Leave some out.`;
    return { code: 'LABEL_LIMIT', reason };
  }
  for (const [label, value] of labels) {
    const [longName, longValue] = [Buffer.byteLength(label), Buffer.byteLength(value)];
    if (label === '') return { code: 'BAD_NAME', reason: `${of} has a label without a name.` };
    if (longName > limits.max_label_name_length) {
      const reason = `${of} has a label ${shown(label)} whose name takes ${longName} bytes, and max_label_name_length is ${limits.max_label_name_length}.`;
      return { code: 'LABEL_LIMIT', reason };
    }
    if (longValue > limits.max_label_value_length) {
      const reason = `the label ${shown(label)} of ${of} takes ${longValue} bytes, and max_label_value_length is ${limits.max_label_value_length}. Shorten it.`;
      return { code: 'LABEL_LIMIT', reason };
    }
  }
  return undefined;
}

const shown = (text: string): string => (text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`);
