/** What checks compare with, by name. The names are those of `alerts.thresholds`; this room does not choose them. */

/** Values in base units; null switches off. */
export type ThresholdValues = Readonly<Record<string, number | null>>;
