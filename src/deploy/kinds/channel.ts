/** Where alerts go. https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels */
import type { Kind } from './kind.ts';
import { createDisplayed, findDisplayed, labelledDisplayed, removeDisplayed, updateDisplayed } from './monitoring.ts';

export const channel: Kind = {
  read: ({ name }, site) => findDisplayed(name, site),
  create: createDisplayed,
  update: updateDisplayed,
  labelled: (site) => labelledDisplayed('notificationChannels', site),
  remove: removeDisplayed,
};
