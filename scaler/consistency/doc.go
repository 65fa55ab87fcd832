// Package consistency knows what nodes shall have for the modules that run on them, and
// what they have: packages, files, processes, ports, and what the machines are built to.
//
// Modules declare it in YAML files ([Read]). Node daemons look for it and tell what they
// find; [Compare] says of each item whether it is as declared. What is not is kept in the
// state database with since when, and what has changed it. Of a node that is silent
// nothing is known, and that is what is said; what was wrong there before stays wrong
// since then when it comes back.
//
// A person can ignore an item until some time, adopt what was found into the declaration,
// or have a flow repair it. A node that lacks a package or a file, or has another one,
// gets no new workers of the module. Processes and ports do not keep workers away: they
// may be the workers themselves.
package consistency
