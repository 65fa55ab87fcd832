// Package inventory looks for what a node is declared to have: packages, files with their
// owner, mode and checksum, running processes, ports that are listened at; and for what
// the machine is built to.
//
// A look costs little while nothing changes. The package manager's database is read
// again only when its file has changed, a file's content only when its inode or one of
// its times has. Content is read at a limited rate, a large file over many looks, so
// that the checksums of much that has changed at once do not take the workers' CPU.
//
// What is found is a [wire.Found] that nobody changes any more; there is another one
// after a look only if something differs.
package inventory
