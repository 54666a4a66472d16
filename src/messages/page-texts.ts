/** The texts of the pages in one language. */

// biome-ignore lint/suspicious/noEmptyInterface: the pages bring their texts.
export interface PageTexts {}
