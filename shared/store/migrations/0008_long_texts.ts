/** Which names have texts that the indexes over values leave out, without reading all texts. */
export const longTextIndexes = `
CREATE INDEX param_long ON param(key) WHERE length(value) > 100;
CREATE INDEX tag_long ON tag(key) WHERE length(value) > 100;
`
