//go:build !race

package api

// peopleAtOnce is how many sign in at once.
const peopleAtOnce = 1000
