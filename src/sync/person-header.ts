/**
 * Header, and parameter of the addresses of the socket and of forms, in which a page says whose work it sends. Several people use one browser,
 * and its cookie is that of whoever signed in last.
 */
export const PERSON_HEADER = 'x-lantai-person';
