/** Whether another page shows this one inside of itself, and could lay its own over what is clicked here. Owns: that question. */
export const isFramed = (): boolean => window.top !== window.self;
