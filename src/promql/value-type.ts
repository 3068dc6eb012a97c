/** The four types of PromQL, as its messages call them. */

/** What an expression gives, or a function takes. */
export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';
