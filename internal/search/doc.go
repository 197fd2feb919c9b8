// Package search finds events among very many of them.
//
// Events are indexed in blocks, which are never changed: for some thousands of
// events a [Block] says in which of them each word and each value of the fields
// that people search by occurs ([Fields]), when they were published, and for the
// few fields that are counted by ([Columns]) the value of each event. Blocks are
// made beside the events, not with them, and are merged into larger ones. A block
// is kept in pages, of which a search reads the few that it needs.
//
// A [Plan] is what the blocks can say of a filter: a set of events that holds all
// that the filter finds, and often no other. Where it may hold others, what it
// leaves is filtered by the events themselves.
//
// The package knows no database; package store keeps the pages.
package search
