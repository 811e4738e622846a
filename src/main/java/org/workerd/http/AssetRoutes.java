package org.workerd.http;

import java.util.List;
import org.workerd.http.Route.Access;
import org.workerd.http.pages.Assets;
import org.workerd.job.Names;

/** The files that pages load: nothing that anybody may not know, and the page that lets nobody in needs them, too. */
final class AssetRoutes {
    List<Route> routes() {
        return List.of(Route.of("GET", "/assets/{file}", Access.ANYBODY, 0, AssetRoutes::send));
    }

    private static void send(Exchange exchange) {
        String name = exchange.named("file");
        Assets.Asset asset = Assets.find(name).orElseThrow(() -> Problem.noSuch("file " + Names.printable(name)));
        // Its address changes with it.
        exchange.header("Cache-Control", "private, max-age=604800, immutable");
        exchange.bytes(200, asset.type(), asset.bytes());
    }
}
