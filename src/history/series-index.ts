/** Which series there are, without their samples: what requests for series and label names are answered from. */
import type { Labels } from '../promql/labels.js';
import type { SelectRequest } from '../promql/series.js';

/** Finds label sets. */
export interface SeriesIndex {
  /** The labels of every series that passes all matchers and has a sample in the time asked for, each once. */
  labelSets(request: SelectRequest): readonly Labels[] | Promise<readonly Labels[]>;
}
