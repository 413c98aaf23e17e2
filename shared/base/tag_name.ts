/** The tag that marks a run as a favourite. */
export const starTag = 'daybook.starred'
/** The tag that takes a run out of the way without deleting it. */
export const archiveTag = 'daybook.archived'
/** A run's notes in Markdown, where MLflow keeps them. */
export const noteTag = 'mlflow.note.content'
